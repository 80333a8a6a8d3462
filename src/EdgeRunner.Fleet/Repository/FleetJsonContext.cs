using System.Text.Json.Serialization;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Repository;

/// <summary>Source-generated JSON of the commands <c>key</c>, <c>repo</c> and <c>model</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ChangeReport))]
[JsonSerializable(typeof(FleetFailure))]
[JsonSerializable(typeof(StatusReport))]
[JsonSerializable(typeof(KeyReport))]
[JsonSerializable(typeof(VerifiedRepository))]
[JsonSerializable(typeof(PruneOutcome))]
[JsonSerializable(typeof(IReadOnlyList<ModelEntry>))]
[JsonSerializable(typeof(IReadOnlyList<ChangedRole>))]
internal sealed partial class FleetJsonContext : JsonSerializerContext;
