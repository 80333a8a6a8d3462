using System.Text.Json.Serialization;
using EdgeRunner.Messaging.Rollouts;

namespace EdgeRunner.Fleet.Rollouts;

/// <summary>Source-generated JSON of the commands <c>rollout</c> and <c>fleet</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RolloutReport))]
[JsonSerializable(typeof(DesiredState))]
[JsonSerializable(typeof(IReadOnlyList<DesiredState>))]
internal sealed partial class RolloutJsonOutput : JsonSerializerContext;
