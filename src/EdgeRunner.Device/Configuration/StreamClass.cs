namespace EdgeRunner.Device.Configuration;

/// <summary>Class of a telemetry stream, most important first (DESIGN.md section 8).</summary>
internal enum StreamClass
{
    /// <summary>Somebody must act.</summary>
    Alarm,

    /// <summary>Something happened.</summary>
    Event,

    /// <summary>A value over time.</summary>
    Metric,

    /// <summary>Samples.</summary>
    Raw,
}
