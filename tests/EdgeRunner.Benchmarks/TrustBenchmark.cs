using System.Globalization;
using EdgeRunner.Trust;
using EdgeRunner.Trust.Client;

namespace EdgeRunner.Benchmarks;

/// <summary>Full refreshes of devices that know the first root only, with a real state directory; the network costs nothing.</summary>
internal static class TrustBenchmark
{
    internal static async Task<TrustResult> RunAsync(int targets, bool hostile, int refreshes, int warmup)
    {
        var repository = new TrustRepository(targets, hostile);
        var directory = Directory.CreateTempSubdirectory("edgerunner-bench-");
        try
        {
            var cpu = new List<double>();
            long allocated = 0;
            var refused = 0;
            GC.Collect();
            File.WriteAllText("/proc/self/clear_refs", "5"); // the peak begins anew
            var start = Kilobytes("VmRSS:");
            for (var i = -warmup; i < refreshes; i++)
            {
                var store = new MetadataStore(Path.Combine(directory.FullName, i.ToString(CultureInfo.InvariantCulture)));
                store.Provision(repository.InitialRoot);
                var before = (Cpu: Environment.CpuUsage.TotalTime, Bytes: GC.GetTotalAllocatedBytes(precise: true));
                refused += await RefreshAsync(store, repository);
                if (i >= 0)
                {
                    allocated = Math.Max(allocated, GC.GetTotalAllocatedBytes(precise: true) - before.Bytes);
                    cpu.Add((Environment.CpuUsage.TotalTime - before.Cpu).TotalMilliseconds);
                }
            }
            return new TrustResult(cpu, allocated, Kilobytes("VmHWM:") - start, repository.TeamBytes, refused);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <returns>1 when the first team's role was refused.</returns>
    private static async Task<int> RefreshAsync(MetadataStore store, TrustRepository repository)
    {
        var client = new TufClient(store, repository, new TrustClock(TimeProvider.System, DateTimeOffset.UnixEpoch, () => true));
        var result = await client.RefreshAsync(CancellationToken.None);
        if (result.Root.Header.Version != TrustRepository.Roots) throw new InvalidOperationException($"root v{result.Root.Header.Version} is not the newest");
        var refused = 0;
        foreach (var team in TrustRepository.Teams)
        {
            try
            {
                await client.FindTargetAsync(TrustRepository.PathOf(team, 9), CancellationToken.None);
            }
            catch (MetadataException e) when (e.Failure is TrustFailure.ThresholdNotMet && team == TrustRepository.Teams[0])
            {
                refused++;
            }
        }
        return refused;
    }

    private static long Kilobytes(string field) => long.Parse(
        File.ReadLines("/proc/self/status").First(l => l.StartsWith(field, StringComparison.Ordinal)).AsSpan(field.Length).Trim().TrimEnd("kB ").ToString(), CultureInfo.InvariantCulture);
}
