using System.Text.Json.Serialization;

namespace EdgeRunner.Messaging.Rollouts;

/// <summary>JSON of <c>rollout/GROUP.json</c>. A reader skips members it does not know: the format number guards what matters.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(DesiredState))]
public sealed partial class RolloutJsonContext : JsonSerializerContext;
