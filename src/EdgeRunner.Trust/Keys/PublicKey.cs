using System.Security.Cryptography;
using EdgeRunner.Native.LibCrypto;
using EdgeRunner.Trust.Json;

namespace EdgeRunner.Trust.Keys;

/// <summary>A key as it stands in root or in a delegation. Thread-safe.</summary>
/// <remarks>A key of a kind that we do not know, or whose value is no key, is no error: it cannot verify anything, and <see cref="Problem"/> says
/// why. A root may list a key for newer clients.</remarks>
public sealed class PublicKey
{
    private const int MinRsaBits = 2048; // NIST SP 800-131A
    private const int MaxRsaBits = 8192; // each doubling makes a verification four times slower
    private const int MaxSignatureBytes = MaxRsaBits / 8;

    private readonly ReadOnlyMemory<byte> _subjectPublicKeyInfo;
    private readonly Lazy<CryptoKey>? _key;

    private PublicKey(string keyId, JsonTree source, string keyType, string scheme, ReadOnlyMemory<byte> subjectPublicKeyInfo, SubjectPublicKey? parts,
        string? problem)
    {
        (KeyId, Source, KeyType, Scheme, Problem) = (keyId, source, keyType, scheme, problem);
        _subjectPublicKeyInfo = subjectPublicKeyInfo;
        if (parts is null)
        {
            return;
        }
        Kind = parts.Kind;
        Identity = $"{parts.Kind}:{Convert.ToHexString(parts.Identity.Span)}";
        _key = new Lazy<CryptoKey>(() => CryptoKey.FromPublicKey(_subjectPublicKeyInfo));
    }

    /// <summary>Hex SHA-256 of the canonical form of <see cref="Source"/>, lowercase.</summary>
    public string KeyId { get; }

    /// <summary>The key object with every field it has, known or not.</summary>
    public JsonTree Source { get; }

    /// <summary>E.g. <c>ecdsa</c>.</summary>
    public string KeyType { get; }

    /// <summary>E.g. <c>ecdsa-sha2-nistp256</c>.</summary>
    public string Scheme { get; }

    /// <summary>The algorithm; null when the key cannot be used.</summary>
    public CryptoKeyKind? Kind { get; }

    /// <summary>Why the key cannot verify anything; null when it can.</summary>
    public string? Problem { get; }

    /// <summary>Two keys with the same identity are one key, whatever their ids: they count once towards a threshold. Null when the key cannot be
    /// used.</summary>
    public string? Identity { get; }

    /// <summary>DER; empty when the key cannot be used.</summary>
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo => _subjectPublicKeyInfo;

    /// <summary>Makes the key object for a key.</summary>
    /// <param name="subjectPublicKeyInfo">DER.</param>
    /// <exception cref="KeyException">It is not a key of a known kind and size.</exception>
    public static PublicKey FromSubjectPublicKeyInfo(ReadOnlyMemory<byte> subjectPublicKeyInfo)
    {
        SubjectPublicKey parts;
        try
        {
            parts = SubjectPublicKey.Read(subjectPublicKeyInfo);
        }
        catch (CryptoException e)
        {
            throw new KeyException(e.Message, e);
        }
        var (type, scheme) = KeySchemes.NamesOf(parts.Kind);
        var value = parts.Kind == CryptoKeyKind.Ed25519
            ? Convert.ToHexStringLower(parts.Identity.Span)
            : PemEncoding.WriteString("PUBLIC KEY", subjectPublicKeyInfo.Span) + "\n";
        var source = JsonTree.Of(new Dictionary<string, JsonTree>(StringComparer.Ordinal)
        {
            ["keytype"] = JsonTree.Of(type),
            ["scheme"] = JsonTree.Of(scheme),
            ["keyval"] = JsonTree.Of(new Dictionary<string, JsonTree>(StringComparer.Ordinal) { ["public"] = JsonTree.Of(value) }),
        });
        return SizeProblem(parts) is { } problem
            ? throw new KeyException(problem)
            : new PublicKey(IdOf(source), source, type, scheme, subjectPublicKeyInfo, parts, problem: null);
    }

    /// <summary>The id that a key object has to be filed under.</summary>
    public static string IdOf(JsonTree keyObject) => Convert.ToHexStringLower(SHA256.HashData(CanonicalJson.Encode(keyObject)));

    /// <summary>Reads a key object whose fields have been checked to be text.</summary>
    internal static PublicKey Read(string keyId, JsonTree source, string keyType, string scheme, string value)
    {
        try
        {
            if (KeySchemes.KindOf(keyType, scheme) is not { } kind)
            {
                return new PublicKey(keyId, source, keyType, scheme, default, parts: null, $"{keyType}/{scheme} is not known here");
            }
            var der = KeySchemes.ReadValue(kind, value);
            var parts = SubjectPublicKey.Read(der);
            var problem = parts.Kind != kind ? $"its value is a key for {parts.Kind}" : SizeProblem(parts);
            return new PublicKey(keyId, source, keyType, scheme, der, problem is null ? parts : null, problem);
        }
        catch (CryptoException e)
        {
            return new PublicKey(keyId, source, keyType, scheme, default, parts: null, e.Message);
        }
    }

    /// <summary>True when the signature was made with this key over these bytes.</summary>
    /// <exception cref="CryptoException">libcrypto is not installed.</exception>
    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (_key is null || signature.IsEmpty || signature.Length > MaxSignatureBytes)
        {
            return false;
        }
        _ = LibCryptoLibrary.Version; // a missing library is an error, not a bad signature
        try
        {
            return _key.Value.Verify(message, signature);
        }
        catch (CryptoException)
        {
            return false; // libcrypto will not use this key, e.g. a point beside the curve: it verifies nothing
        }
    }

    private static string? SizeProblem(SubjectPublicKey key) => key.Kind == CryptoKeyKind.RsaPss && key.Bits is < MinRsaBits or > MaxRsaBits
        ? $"an RSA key must have {MinRsaBits} to {MaxRsaBits} bits, and this one has {key.Bits}"
        : null;
}
