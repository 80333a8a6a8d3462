using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeRunner.Device.Swaps;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectRequiredConstructorParameters = true, Converters = [typeof(SwapOutcomeConverter), typeof(SwapModeConverter)])]
[JsonSerializable(typeof(ActivationRequest))]
[JsonSerializable(typeof(ActivationReport))]
[JsonSerializable(typeof(ActivationOutput))]
internal sealed partial class SwapJsonContext : JsonSerializerContext;

/// <summary><c>next-start</c>.</summary>
internal sealed class SwapOutcomeConverter() : JsonStringEnumConverter<SwapOutcome>(JsonNamingPolicy.KebabCaseLower);

/// <summary><c>drop-first</c>.</summary>
internal sealed class SwapModeConverter() : JsonStringEnumConverter<SwapMode>(JsonNamingPolicy.KebabCaseLower);
