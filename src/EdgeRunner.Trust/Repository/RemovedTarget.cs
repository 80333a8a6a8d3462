namespace EdgeRunner.Trust.Repository;

/// <summary>A numbered target that was published once and is listed no more.</summary>
/// <param name="Release">The number that it had under <c>custom.release</c>.</param>
/// <param name="Sha256">Of its content, lowercase hex.</param>
/// <param name="MinRelease">What it had under <c>custom.min_release</c>; null when it had none.</param>
public sealed record RemovedTarget(long Release, string Sha256, long? MinRelease);
