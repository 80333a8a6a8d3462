namespace EdgeRunner.Trust.Client;

/// <summary>The bounds of a client. The defaults are those of docs/trust.md.</summary>
public sealed record TufClientOptions
{
    /// <summary>Longest root, in bytes.</summary>
    public int MaxRootBytes { get; init; } = 64 << 10;

    /// <summary>Longest timestamp, in bytes.</summary>
    public int MaxTimestampBytes { get; init; } = 16 << 10;

    /// <summary>Longest snapshot, in bytes.</summary>
    public int MaxSnapshotBytes { get; init; } = 256 << 10;

    /// <summary>Longest targets role, delegated or not, in bytes.</summary>
    public int MaxTargetsBytes { get; init; } = 1 << 20;

    /// <summary>Root versions in one refresh. Each is stored, so the next refresh goes on where this one stopped.</summary>
    public int MaxRootRotations { get; init; } = 256;

    /// <summary>Delegated roles in one search.</summary>
    public int MaxDelegatedRoles { get; init; } = 32;

    /// <summary>Time that every file has, whatever its length.</summary>
    public TimeSpan FetchGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes per second below which a file is given up, once <see cref="FetchGrace"/> is over. 1 KiB/s is a poor NB-IoT link.</summary>
    public int MinBytesPerSecond { get; init; } = 1 << 10;

    /// <summary>How long a file of that length may take. A length is a claim and can be anything up to 2^63, and a timer takes 49 days at most; 30 are beyond
    /// what anybody waits for.</summary>
    internal TimeSpan TimeFor(long bytes) => FetchGrace + TimeSpan.FromSeconds(Math.Min((double)bytes / MinBytesPerSecond, TimeSpan.FromDays(30).TotalSeconds));
}
