using System.Text.Json.Serialization;
using EdgeRunner.Messaging.Rollouts;

namespace EdgeRunner.Fleet.Rollouts;

/// <summary>Source-generated JSON of the commands <c>rollout</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(RolloutReport))]
[JsonSerializable(typeof(RolloutStatusReport))]
[JsonSerializable(typeof(DesiredState))]
[JsonSerializable(typeof(IReadOnlyList<DesiredState>))]
internal sealed partial class RolloutJsonOutput : JsonSerializerContext;
