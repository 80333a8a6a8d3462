using System.Text.Json.Serialization;

namespace EdgeRunner.Fleet.Rollouts;

/// <summary>Source-generated JSON of the commands <c>rollout</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(RolloutReport))]
[JsonSerializable(typeof(RolloutStatusReport))]
[JsonSerializable(typeof(ShownRollout))]
[JsonSerializable(typeof(IReadOnlyList<ShownRollout>))]
internal sealed partial class RolloutJsonOutput : JsonSerializerContext;
