using System.Text.Json.Serialization;

namespace EdgeRunner.Device.Configuration;

/// <summary>The type tree of the configuration as generated metadata; <see cref="ConfigurationBinder"/> walks it.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(DeviceConfiguration))]
internal sealed partial class ConfigurationJsonContext : JsonSerializerContext;
