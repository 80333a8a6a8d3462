using System.Security.Cryptography;
using EdgeRunner.Trust.Json;

namespace EdgeRunner.Trust.Encryption;

/// <summary>One recipient of a <see cref="KeyEnvelope"/>: <c>{"header":{"alg","kid",…},"encrypted_key"}</c>.</summary>
internal static class KeyRecipient
{
    internal const string EcdhEs = "ECDH-ES+A256KW";
    internal const string RsaOaep = "RSA-OAEP-256";

    private const int CekBytes = 32;
    private const int MaxPartyBytes = 256;

    internal static JsonTree Wrap(DevicePublicKey recipient, ReadOnlySpan<byte> cek)
    {
        var header = new Dictionary<string, JsonTree>(StringComparer.Ordinal) { ["kid"] = JsonTree.Of(recipient.Thumbprint) };
        byte[] encrypted;
        if (recipient.Kind == DeviceKeyKind.Ec)
        {
            using var ephemeral = DeviceKey.Generate(DeviceKeyKind.Ec); // a new one for each recipient
            header["alg"] = JsonTree.Of(EcdhEs);
            header["epk"] = ephemeral.PublicKey.ToJwk();
            var wrappingKey = WrappingKey(ephemeral, recipient, [], []);
            encrypted = AesKeyWrap.Wrap(wrappingKey, cek);
            CryptographicOperations.ZeroMemory(wrappingKey);
        }
        else
        {
            using var rsa = recipient.ToRsa();
            header["alg"] = JsonTree.Of(RsaOaep);
            encrypted = rsa.Encrypt(cek, RSAEncryptionPadding.OaepSHA256);
        }

        return JsonTree.Of(new Dictionary<string, JsonTree>(StringComparer.Ordinal)
        {
            ["header"] = JsonTree.Of(header),
            ["encrypted_key"] = JsonTree.Of(Base64UrlText.Encode(encrypted)),
        });
    }

    /// <returns>For the caller to wipe; null when it does not decrypt.</returns>
    /// <exception cref="SealException"><see cref="SealFailure.Malformed"/>.</exception>
    internal static byte[]? Unwrap(DeviceKey key, JsonTree recipient)
    {
        KeyEnvelope.RequireOnly(recipient, "a recipient", ["header", "encrypted_key"]);
        var header = recipient.Find("header")!;
        var expected = key.PublicKey.Kind == DeviceKeyKind.Ec ? EcdhEs : RsaOaep;
        if (KeyEnvelope.Text(header, "alg") is not { } alg || !string.Equals(alg, expected, StringComparison.Ordinal))
            throw KeyEnvelope.Malformed($"alg is \"{KeyEnvelope.Text(header, "alg")}\"; expected {expected} for this device key");
        if (key.PublicKey.Kind == DeviceKeyKind.Rsa)
        {
            KeyEnvelope.RequireOnly(header, "the header of a recipient", ["alg", "kid"]);
            return key.TryDecrypt(KeyEnvelope.Bytes(recipient, "encrypted_key", DevicePublicKey.MinRsaBits / 8, DevicePublicKey.MaxRsaBits / 8));
        }

        KeyEnvelope.RequireOnly(header, "the header of a recipient", ["alg", "kid", "epk", "apu", "apv"]);
        var ephemeral = Ephemeral(header);
        var wrappingKey = WrappingKey(key, ephemeral, Party(header, "apu"), Party(header, "apv"));
        try
        {
            return AesKeyWrap.TryUnwrap(wrappingKey, KeyEnvelope.Bytes(recipient, "encrypted_key", CekBytes + AesKeyWrap.OverheadBytes, CekBytes + AesKeyWrap.OverheadBytes));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(wrappingKey);
        }
    }

    private static byte[] WrappingKey(DeviceKey own, DevicePublicKey other, byte[] partyU, byte[] partyV)
    {
        var secret = own.Agree(other);
        try
        {
            return ConcatKdf.Derive(secret, EcdhEs, partyU, partyV, CekBytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private static DevicePublicKey Ephemeral(JsonTree header)
    {
        if (header.Find("epk") is not { Kind: JsonKind.Object } epk) throw KeyEnvelope.Malformed("\"epk\" is no object");
        KeyEnvelope.RequireOnly(epk, "epk", ["kty", "crv", "x", "y"]);
        try
        {
            return DevicePublicKey.FromEcJwk(epk);
        }
        catch (SealException e)
        {
            throw KeyEnvelope.Malformed($"epk: {e.Message}", e);
        }
    }

    private static byte[] Party(JsonTree header, string name) => header.Find(name) is null ? [] : KeyEnvelope.Bytes(header, name, 0, MaxPartyBytes);
}
