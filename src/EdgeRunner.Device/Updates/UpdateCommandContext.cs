using System.Text.Json.Serialization;
using EdgeRunner.Device.Updates.States;

namespace EdgeRunner.Device.Updates;

/// <summary>What commands and daemon say to each other about updates, and what commands print with <c>--json</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(UpdateCheckRequest))]
[JsonSerializable(typeof(ModelVersionRequest))]
[JsonSerializable(typeof(UpdateAnswer))]
[JsonSerializable(typeof(UpdateStatus))]
[JsonSerializable(typeof(IReadOnlyList<HistoryEntry>))]
internal sealed partial class UpdateCommandContext : JsonSerializerContext;
