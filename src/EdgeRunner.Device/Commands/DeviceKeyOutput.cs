using System.Text.Json.Serialization;

namespace EdgeRunner.Device.Commands;

/// <summary>What <c>edgerunner device-key</c> prints as JSON; <c>edgefleet device enroll</c> reads it too.</summary>
/// <param name="File">The file with the private keys.</param>
/// <param name="Keys">Public halves; of several, the newest first.</param>
/// <param name="Advice">What is to do next.</param>
internal sealed record DeviceKeyOutput(string File, IReadOnlyList<DeviceKeyDescription> Keys, IReadOnlyList<string> Advice);

/// <param name="Thumbprint">RFC 7638.</param>
/// <param name="Kind">E.g. <c>EC P-256</c>.</param>
/// <param name="PublicKey">PEM.</param>
/// <param name="Jwk">The same as a JSON web key.</param>
internal sealed record DeviceKeyDescription(string Thumbprint, string Kind, string PublicKey, IReadOnlyDictionary<string, string> Jwk);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DeviceKeyOutput))]
internal sealed partial class DeviceKeyOutputContext : JsonSerializerContext;
