namespace EdgeRunner.Trust.Repository;

/// <summary>What a prune removes, or has removed.</summary>
/// <param name="Grace">How long what was replaced stays.</param>
/// <param name="Unneeded">What goes, in the order in which it goes.</param>
/// <param name="Current">Files that are published now, or wait for signatures.</param>
/// <param name="CurrentBytes">Their bytes.</param>
/// <param name="Replaced">Files that only devices with older metadata need; they go when <paramref name="Grace"/> is over.</param>
/// <param name="ReplacedBytes">Their bytes.</param>
/// <param name="Foreign">Files in <c>metadata</c> and <c>targets</c> that have no name of a published one, relative to the repository; they stay.</param>
public sealed record PruneReport(TimeSpan Grace, IReadOnlyList<UnneededFile> Unneeded, int Current, long CurrentBytes, int Replaced, long ReplacedBytes, IReadOnlyList<string> Foreign);
