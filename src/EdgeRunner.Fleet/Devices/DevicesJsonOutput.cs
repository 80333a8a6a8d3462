using System.Text.Json.Serialization;

namespace EdgeRunner.Fleet.Devices;

/// <summary>Source-generated JSON of the commands <c>fleet</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(IReadOnlyList<DeviceView>))]
[JsonSerializable(typeof(DeviceView))]
internal sealed partial class DevicesJsonOutput : JsonSerializerContext;
