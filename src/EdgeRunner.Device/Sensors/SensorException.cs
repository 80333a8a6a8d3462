namespace EdgeRunner.Device.Sensors;

/// <summary>A source cannot deliver and trying again by itself would not help: the file is missing or is not what it should be. The message
/// is one sentence in plain words with the path. Programs that die are not this: they are restarted.</summary>
internal sealed class SensorException : Exception
{
    /// <summary>With the reason.</summary>
    public SensorException(string message)
        : base(message)
    {
    }

    /// <summary>With the reason and the failure below it.</summary>
    public SensorException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
