using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Swaps;
using EdgeRunner.Inference.Sessions;

namespace EdgeRunner.Device.Commands;

/// <summary>What the model commands print with <c>--json</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, WriteIndented = true,
    Converters = [typeof(SwapOutcomeConverter), typeof(SwapModeConverter)])]
[JsonSerializable(typeof(ModelInstallOutput))]
[JsonSerializable(typeof(IReadOnlyList<InstalledModel>))]
[JsonSerializable(typeof(ModelVerifyOutput))]
[JsonSerializable(typeof(ModelTestOutput))]
[JsonSerializable(typeof(InferOutput))]
[JsonSerializable(typeof(IReadOnlyList<ModelStepOutput>))]
[JsonSerializable(typeof(ParallelDecision))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class ModelOutputContext : JsonSerializerContext;
