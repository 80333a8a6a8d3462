using System.Text.Json.Serialization;

namespace EdgeRunner.Trust.Repository;

/// <summary>Source-generated JSON of <c>repository.json</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectRequiredConstructorParameters = true, WriteIndented = true)]
[JsonSerializable(typeof(RepositorySettings))]
internal sealed partial class RepositoryJsonContext : JsonSerializerContext;
