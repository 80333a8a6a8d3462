using System.Text.Json.Serialization;

namespace EdgeRunner.Messaging.Payloads;

/// <summary>JSON of the payloads that both programs know. A reader skips members it does not know: a newer device may report more.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PresencePayload))]
[JsonSerializable(typeof(ReportPayload))]
[JsonSerializable(typeof(ClockReading))]
[JsonSerializable(typeof(UpdateReport))]
public sealed partial class MessagingJsonContext : JsonSerializerContext;
