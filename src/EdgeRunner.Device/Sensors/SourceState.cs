namespace EdgeRunner.Device.Sensors;

/// <summary>What a source is doing.</summary>
internal enum SourceState
{
    /// <summary>Not yet read from.</summary>
    Opening,

    /// <summary>Delivers.</summary>
    Running,

    /// <summary>Cannot deliver now and tries again; the reason says why.</summary>
    Waiting,

    /// <summary>The input is over.</summary>
    Ended,

    /// <summary>Cannot deliver and does not try again; the reason says why.</summary>
    Failed,
}
