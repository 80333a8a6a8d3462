using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Repository;

/// <summary>What <c>repo prune</c> did, as its JSON has it.</summary>
/// <param name="DryRun">Nothing was removed: this is what would be.</param>
/// <param name="KeepDays">Days that replaced files stay.</param>
/// <param name="Removed">Files that went, or would go.</param>
/// <param name="RemovedBytes">Their bytes.</param>
/// <param name="CurrentFiles">Files that are published now, or wait for signatures.</param>
/// <param name="CurrentBytes">Their bytes.</param>
/// <param name="ReplacedFiles">Files that stay for devices with older metadata until their days are over.</param>
/// <param name="ReplacedBytes">Their bytes.</param>
/// <param name="Foreign">Files that are none of a repository; they stay.</param>
internal sealed record PruneOutcome(bool DryRun, double KeepDays, IReadOnlyList<UnneededFile> Removed, long RemovedBytes, int CurrentFiles, long CurrentBytes, int ReplacedFiles, long ReplacedBytes,
    IReadOnlyList<string> Foreign)
{
    internal static PruneOutcome Of(PruneReport report, bool dryRun) => new(dryRun, report.Grace.TotalDays, report.Unneeded, report.Unneeded.Sum(f => f.Bytes), report.Current, report.CurrentBytes,
        report.Replaced, report.ReplacedBytes, report.Foreign);
}
