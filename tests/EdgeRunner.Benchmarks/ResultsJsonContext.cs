using System.Text.Json.Serialization;

namespace EdgeRunner.Benchmarks;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(EngineResult))]
[JsonSerializable(typeof(PipelineResult))]
[JsonSerializable(typeof(ParallelResult))]
[JsonSerializable(typeof(DaemonResult))]
[JsonSerializable(typeof(TransferResult))]
[JsonSerializable(typeof(TrustResult))]
internal sealed partial class ResultsJsonContext : JsonSerializerContext;
