using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeRunner.Device.Health;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, WriteIndented = true, Converters = [typeof(LowerCaseStateConverter), typeof(Swaps.SwapOutcomeConverter), typeof(Swaps.SwapModeConverter)])]
[JsonSerializable(typeof(DaemonStatus))]
internal sealed partial class StatusJsonContext : JsonSerializerContext;

/// <summary>States in lower case, as every text of the program writes them.</summary>
internal sealed class LowerCaseStateConverter() : JsonStringEnumConverter<ComponentState>(JsonNamingPolicy.CamelCase);
