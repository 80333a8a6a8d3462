namespace EdgeRunner.Device.Updates.Transports.Mqtt;

/// <summary>What became of a part of a file.</summary>
internal enum PartOutcome
{
    /// <summary>Kept; more are missing.</summary>
    Taken,

    /// <summary>It was here already, with the same bytes.</summary>
    Duplicate,

    /// <summary>It was the last that was missing.</summary>
    Complete,

    /// <summary>The file is longer than was allowed.</summary>
    TooLong,

    /// <summary>The parts contradict each other.</summary>
    Refused,
}
