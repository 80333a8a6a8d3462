namespace EdgeRunner.Device.Sensors;

/// <summary>Form in which samples arrive.</summary>
internal enum SampleFormat
{
    /// <summary>RIFF, RIFX or RF64 with PCM or float samples.</summary>
    Wav,

    /// <summary>Samples without any header.</summary>
    Raw,

    /// <summary>Text, one frame a line.</summary>
    Csv,

    /// <summary>A NumPy array: [N], [N, C].</summary>
    Npy,

    /// <summary>JSON, one number, list or object a line.</summary>
    Ndjson,
}
