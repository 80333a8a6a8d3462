namespace EdgeRunner.Device.Sensors;

/// <summary>When a program that ended is started again.</summary>
internal enum RestartPolicy
{
    /// <summary>Whenever it ends.</summary>
    Always,

    /// <summary>When it ends with another exit code than 0; 0 is the end of input.</summary>
    OnFailure,

    /// <summary>Never; its end is the end of input.</summary>
    Never,
}
