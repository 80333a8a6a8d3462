using System.Text.Json.Serialization;

namespace EdgeRunner.Device.Updates.Trials;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ServingHistoryFile))]
internal sealed partial class TrialJsonContext : JsonSerializerContext;
