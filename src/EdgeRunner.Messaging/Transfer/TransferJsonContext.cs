using System.Text.Json.Serialization;

namespace EdgeRunner.Messaging.Transfer;

/// <summary>JSON of the requests. A reader skips members it does not know.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(TransferRequest))]
public sealed partial class TransferJsonContext : JsonSerializerContext;
