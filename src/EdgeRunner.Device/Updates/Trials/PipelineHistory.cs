using EdgeRunner.Device.Pipelines;

namespace EdgeRunner.Device.Updates.Trials;

/// <summary>What a version has done in one pipeline of this device: what the next version is compared with.</summary>
/// <param name="Windows">Windows given to it.</param>
/// <param name="Bad">Of those, the ones without a good decision in time.</param>
/// <param name="P50Nanoseconds">Median time from window to decision, in nanoseconds.</param>
/// <param name="P99Nanoseconds">99th percentile of it.</param>
/// <param name="Outputs">Its outputs.</param>
internal sealed record PipelineHistory(long Windows, long Bad, long P50Nanoseconds, long P99Nanoseconds, OutputDistribution Outputs)
{
    /// <summary>What was seen until now.</summary>
    public static PipelineHistory Of(ServingObservation seen) => new(
        seen.Windows, seen.Bad, seen.Latency.PercentileNanoseconds(0.5), seen.Latency.PercentileNanoseconds(0.99), OutputDistribution.Of(seen));

    /// <summary>True when the numbers can be; for what was read from a file.</summary>
    public bool IsValid() => Windows >= 0 && Bad >= 0 && P50Nanoseconds >= 0 && P99Nanoseconds >= P50Nanoseconds && Outputs is not null && Outputs.IsValid();
}
