using System.Text.Json.Serialization;

namespace EdgeRunner.Device.Benchmarking;

/// <summary>What a setting did in one mode, back to back or paced. Latencies in microseconds, one run of the whole graph each, over the runs of all rounds.</summary>
/// <param name="Runs">Runs that were measured.</param>
/// <param name="P50Us">Median.</param>
/// <param name="P90Us">90th percentile.</param>
/// <param name="P99Us">99th percentile.</param>
/// <param name="P999Us">99.9th percentile; with fewer than 1000 runs it is the maximum.</param>
/// <param name="MaxUs">The slowest run.</param>
/// <param name="RunsPerSecond">Runs in a second of the loop, writing the inputs (and the pause, where there is one) included.</param>
/// <param name="CpuUsPerRun">Processor time of the whole process for one run; above the latency when other threads work, or spin, too.</param>
/// <param name="AllocatedBytesPerRun">Managed bytes that a run allocates.</param>
/// <param name="RoundP50Us">The median of each round.</param>
/// <param name="RoundP99Us">The 99th percentile of each round.</param>
/// <param name="Histogram">All runs, by latency; bins that are empty are left out.</param>
internal sealed record LatencySummary(
    int Runs,
    double P50Us,
    double P90Us,
    double P99Us,
    [property: JsonPropertyName("p99.9Us")] double P999Us,
    double MaxUs,
    double RunsPerSecond,
    double CpuUsPerRun,
    double AllocatedBytesPerRun,
    IReadOnlyList<double> RoundP50Us,
    IReadOnlyList<double> RoundP99Us,
    IReadOnlyList<HistogramBin> Histogram)
{
    /// <summary>Median over the rounds of their medians: noise that hits one round does not move it.</summary>
    [JsonIgnore]
    public double TypicalP50Us => Percentiles.Median(RoundP50Us);

    /// <summary>Median over the rounds of their 99th percentiles.</summary>
    [JsonIgnore]
    public double TypicalP99Us => Percentiles.Median(RoundP99Us);
}
