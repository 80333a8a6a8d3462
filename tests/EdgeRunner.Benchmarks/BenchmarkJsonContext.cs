using System.Text.Json.Serialization;

namespace EdgeRunner.Benchmarks;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Round))]
[JsonSerializable(typeof(DaemonStart))]
[JsonSerializable(typeof(BenchmarkResult))]
internal sealed partial class BenchmarkJsonContext : JsonSerializerContext;
