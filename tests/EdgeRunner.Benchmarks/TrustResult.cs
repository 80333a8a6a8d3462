namespace EdgeRunner.Benchmarks;

/// <summary>Of <c>trust</c>.</summary>
/// <param name="CpuMilliseconds">User and kernel time of the process for each full refresh of a fresh device, with a search in each delegation.</param>
/// <param name="AllocatedBytes">Managed, for each; the largest.</param>
/// <param name="PeakKilobytesAboveStart">Most resident memory while refreshing, less that before the first one.</param>
/// <param name="TeamBytes">Length of the first team's role.</param>
/// <param name="Refused">Searches in the first team's role that ended with a refusal.</param>
internal sealed record TrustResult(IReadOnlyList<double> CpuMilliseconds, long AllocatedBytes, long PeakKilobytesAboveStart, int TeamBytes, int Refused);
