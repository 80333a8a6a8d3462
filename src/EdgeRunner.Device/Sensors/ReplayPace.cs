namespace EdgeRunner.Device.Sensors;

/// <summary>How fast a recording is played.</summary>
internal enum ReplayPace
{
    /// <summary>As the sensor would have delivered it; a pipeline that is too slow falls behind.</summary>
    RealTime,

    /// <summary>As fast as the pipeline takes it; nothing is ever dropped.</summary>
    AsFastAsPossible,
}
