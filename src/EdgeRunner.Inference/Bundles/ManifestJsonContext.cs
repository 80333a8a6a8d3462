using System.Text.Json.Serialization;

namespace EdgeRunner.Inference.Bundles;

/// <summary>Source-generated JSON of <c>model.json</c>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectRequiredConstructorParameters = true,
    AllowOutOfOrderMetadataProperties = true,
    WriteIndented = true,
    NewLine = "\n",
    Converters = [typeof(ElementTypeConverter)])]
[JsonSerializable(typeof(ModelManifest))]
internal sealed partial class ManifestJsonContext : JsonSerializerContext;
