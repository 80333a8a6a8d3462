using System.Text.Json.Serialization;

namespace EdgeRunner.Benchmarks;

/// <summary>Nanoseconds, by nearest rank; the same keys as <c>ort_loop</c> prints.</summary>
internal sealed record Quantiles(long N, long P50, long P90, long P99, [property: JsonPropertyName("p99.9")] long P999, long Max);
