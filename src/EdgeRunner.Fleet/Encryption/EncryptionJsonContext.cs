using System.Text.Json.Serialization;
using EdgeRunner.Fleet.Devices;

namespace EdgeRunner.Fleet.Encryption;

/// <summary>Source-generated JSON of enrolled devices and of the keys of models, in files and as output.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(EnrolledDevice))]
[JsonSerializable(typeof(IReadOnlyList<EnrolledDevice>))]
[JsonSerializable(typeof(DeviceChange))]
[JsonSerializable(typeof(ModelKeys))]
internal sealed partial class EncryptionJsonContext : JsonSerializerContext;
