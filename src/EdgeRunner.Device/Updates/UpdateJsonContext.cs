using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeRunner.Device.Updates.States;

namespace EdgeRunner.Device.Updates;

/// <summary>JSON of what updates keep on disk. Members that are not known are skipped: an older daemon may read what a newer one wrote, and the format number
/// guards what matters.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(UpdatePhaseConverter)])]
[JsonSerializable(typeof(UpdateRecord))]
[JsonSerializable(typeof(ReleaseMemory))]
[JsonSerializable(typeof(HistoryEntry))]
[JsonSerializable(typeof(DenyListFile))]
[JsonSerializable(typeof(PinsFile))]
[JsonSerializable(typeof(UpdateStatus))]
internal sealed partial class UpdateJsonContext : JsonSerializerContext;

/// <summary><c>rolling-back</c>.</summary>
internal sealed class UpdatePhaseConverter() : JsonStringEnumConverter<UpdatePhase>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false);
