using System.Formats.Asn1;
using System.Numerics;

namespace EdgeRunner.Native.LibCrypto;

/// <summary>What stands in a DER <c>SubjectPublicKeyInfo</c> (RFC 5280): one of the three kinds of key, and nothing else.</summary>
/// <remarks>Read here and not with libcrypto, because the functions that tell curve and size have other names in 1.1 than in 3.</remarks>
public sealed class SubjectPublicKey
{
    private const string EcOid = "1.2.840.10045.2.1";
    private const string P256Oid = "1.2.840.10045.3.1.7";
    private const string RsaOid = "1.2.840.113549.1.1.1";
    private const string Ed25519Oid = "1.3.101.112";

    private static readonly byte[] Ed25519Header = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]; // RFC 8410

    private SubjectPublicKey(CryptoKeyKind kind, int bits, byte[] identity) => (Kind, Bits, Identity) = (kind, bits, identity);

    /// <summary>Kind of key.</summary>
    public CryptoKeyKind Kind { get; }

    /// <summary>256 for the curves, the length of the modulus for RSA.</summary>
    public int Bits { get; }

    /// <summary>What makes two keys of one kind the same: the point, or the modulus. Two encodings of one key agree in it.</summary>
    public ReadOnlyMemory<byte> Identity { get; }

    /// <summary>Reads one.</summary>
    /// <exception cref="CryptoException">It is not DER, not one of the three kinds, or not a form that every library reads alike.</exception>
    public static SubjectPublicKey Read(ReadOnlyMemory<byte> der)
    {
        const string Act = "read a public key";
        try
        {
            var outer = new AsnReader(der, AsnEncodingRules.DER);
            var info = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            var algorithm = info.ReadSequence();
            var oid = algorithm.ReadObjectIdentifier();
            var parameter = algorithm.HasData ? algorithm.ReadEncodedValue() : default;
            algorithm.ThrowIfNotEmpty();
            var key = info.ReadBitString(out var unused);
            info.ThrowIfNotEmpty();
            if (unused != 0)
            {
                throw new CryptoException(Act, $"{unused} bits of the last byte are unused, which must be none");
            }
            return oid switch
            {
                EcOid => ReadP256(parameter, key),
                RsaOid => ReadRsa(key),
                Ed25519Oid when key.Length == 32 => new SubjectPublicKey(CryptoKeyKind.Ed25519, 256, key),
                Ed25519Oid => throw new CryptoException(Act, $"an Ed25519 key has 32 bytes, not {key.Length}"),
                _ => throw new CryptoException(Act, $"its algorithm is {oid}; EC on P-256, RSA and Ed25519 are known"),
            };
        }
        catch (AsnContentException e)
        {
            throw new CryptoException(Act, $"it is not a DER SubjectPublicKeyInfo: {e.Message}", e);
        }
    }

    /// <summary>Wraps the 32 raw bytes of an Ed25519 key.</summary>
    public static byte[] WrapEd25519(ReadOnlySpan<byte> raw)
    {
        if (raw.Length != 32)
        {
            throw new ArgumentException($"an Ed25519 key has 32 bytes, not {raw.Length}", nameof(raw));
        }
        return [.. Ed25519Header, .. raw];
    }

    private static SubjectPublicKey ReadP256(ReadOnlyMemory<byte> parameter, byte[] point)
    {
        const string Act = "read a public key";
        var reader = new AsnReader(parameter, AsnEncodingRules.DER);
        var curve = reader.ReadObjectIdentifier();
        if (!string.Equals(curve, P256Oid, StringComparison.Ordinal))
        {
            throw new CryptoException(Act, $"its curve is {curve}; only P-256 ({P256Oid}) is known");
        }
        // A compressed point would be a second way to write the same key.
        return point is [0x04, ..] && point.Length == 65
            ? new SubjectPublicKey(CryptoKeyKind.EcdsaP256, 256, point)
            : throw new CryptoException(Act, "its point is not in the uncompressed form of 65 bytes");
    }

    private static SubjectPublicKey ReadRsa(byte[] key)
    {
        var outer = new AsnReader(key, AsnEncodingRules.DER);
        var numbers = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var modulus = numbers.ReadIntegerBytes();
        var exponent = numbers.ReadInteger();
        numbers.ThrowIfNotEmpty();
        var bits = (int)new BigInteger(modulus.Span, isUnsigned: true, isBigEndian: true).GetBitLength();
        // A public exponent of one would make every message its own signature.
        return modulus.Span[0] < 0x80 && exponent > 1 && !exponent.IsEven
            ? new SubjectPublicKey(CryptoKeyKind.RsaPss, bits, modulus.ToArray())
            : throw new CryptoException("read a public key", $"modulus or exponent ({exponent}) is not a positive odd number");
    }
}
