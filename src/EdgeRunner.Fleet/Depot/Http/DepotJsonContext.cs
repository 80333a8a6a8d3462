using System.Text.Json.Serialization;

namespace EdgeRunner.Fleet.Depot.Http;

/// <summary>Source-generated JSON of the depot's own pages.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HealthAnswer))]
internal sealed partial class DepotJsonContext : JsonSerializerContext;
