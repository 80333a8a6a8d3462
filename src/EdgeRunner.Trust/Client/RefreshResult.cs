using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Client;

/// <summary>What is trusted after a refresh.</summary>
/// <param name="Root">The root.</param>
/// <param name="Timestamp">The timestamp.</param>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="Targets">The targets role.</param>
/// <param name="Notes">One line for each stored file that was set aside because it was damaged or does not verify any more; for the log.</param>
public sealed record RefreshResult(RootMetadata Root, TimestampMetadata Timestamp, SnapshotMetadata Snapshot, TargetsMetadata Targets,
    IReadOnlyList<string> Notes);
