using System.Security.Cryptography;
using EdgeRunner.Native.LibCrypto;

namespace EdgeRunner.Trust.Keys;

/// <summary>The names that TUF has for the algorithms, and how each writes a public key.</summary>
internal static class KeySchemes
{
    private const string Ecdsa = "ecdsa-sha2-nistp256";
    private const string Rsa = "rsassa-pss-sha256";
    private const string Ed25519 = "ed25519";

    internal static (string KeyType, string Scheme) NamesOf(CryptoKeyKind kind) => kind switch
    {
        CryptoKeyKind.EcdsaP256 => ("ecdsa", Ecdsa),
        CryptoKeyKind.RsaPss => ("rsa", Rsa),
        _ => (Ed25519, Ed25519),
    };

    internal static CryptoKeyKind? KindOf(string keyType, string scheme) => (keyType, scheme) switch
    {
        ("ecdsa" or Ecdsa, Ecdsa) => CryptoKeyKind.EcdsaP256, // the older key type is what securesystemslib wrote until 2022
        ("rsa", Rsa) => CryptoKeyKind.RsaPss,
        (Ed25519, Ed25519) => CryptoKeyKind.Ed25519,
        _ => null,
    };

    /// <returns>DER SubjectPublicKeyInfo.</returns>
    /// <exception cref="CryptoException">It is not written as that kind is.</exception>
    internal static byte[] ReadValue(CryptoKeyKind kind, string value) =>
        kind == CryptoKeyKind.Ed25519 ? ReadHex(value) : ReadPem(value, "PUBLIC KEY");

    /// <exception cref="CryptoException">There is no PEM block of that label.</exception>
    internal static byte[] ReadPem(ReadOnlySpan<char> text, string label)
    {
        if (!PemEncoding.TryFind(text, out var fields) || !text[fields.Label].SequenceEqual(label))
        {
            throw new CryptoException("read a key", $"there is no PEM block \"{label}\"");
        }
        var der = new byte[fields.DecodedDataLength];
        return Convert.TryFromBase64Chars(text[fields.Base64Data], der, out var length) && length == der.Length
            ? der
            : throw new CryptoException("read a key", $"the PEM block \"{label}\" is not base64");
    }

    private static byte[] ReadHex(string value)
    {
        var raw = new byte[32];
        return value.Length == 64 && Convert.FromHexString(value, raw, out _, out _) == System.Buffers.OperationStatus.Done
            ? SubjectPublicKey.WrapEd25519(raw)
            : throw new CryptoException("read a key", "an Ed25519 key is 64 hex digits");
    }
}
