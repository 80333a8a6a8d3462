using System.Text.Json.Serialization;

namespace EdgeRunner.Fleet.Releases;

/// <summary>Source-generated JSON of <c>model pack --json</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PackReport))]
[JsonSerializable(typeof(PackFailure))]
internal sealed partial class PackJsonContext : JsonSerializerContext;
