using System.Runtime.InteropServices;

namespace EdgeRunner.Native.LibCrypto;

/// <summary>A public or private key in libcrypto. Thread-safe for verifying and signing; dispose when done.</summary>
/// <remarks>One path for all three algorithms. .NET has ECDSA and RSA of its own but no Ed25519, and two libraries doing the same would
/// be two things to keep right.</remarks>
public sealed unsafe partial class CryptoKey : IDisposable
{
    private readonly EvpKeyHandle _handle;

    private CryptoKey(EvpKeyHandle handle, CryptoKeyKind kind) => (_handle, Kind) = (handle, kind);

    /// <summary>What it signs or verifies with.</summary>
    public CryptoKeyKind Kind { get; }

    /// <summary>Reads a public key.</summary>
    /// <param name="subjectPublicKeyInfo">DER, RFC 5280.</param>
    /// <exception cref="CryptoException">It is not a key of a known kind.</exception>
    public static CryptoKey FromPublicKey(ReadOnlyMemory<byte> subjectPublicKeyInfo)
    {
        var kind = SubjectPublicKey.Read(subjectPublicKeyInfo).Kind;
        fixed (byte* start = subjectPublicKeyInfo.Span)
        {
            var position = start;
            return Take(LibCryptoNative.d2i_PUBKEY(null, &position, subjectPublicKeyInfo.Length), kind, "read a public key");
        }
    }

    /// <summary>Makes a new key pair: P-256, RSA of 3072 bits, or Ed25519.</summary>
    /// <exception cref="CryptoException">libcrypto is missing or has no entropy.</exception>
    public static CryptoKey Generate(CryptoKeyKind kind)
    {
        const string Act = "make a key";
        var context = LibCryptoNative.EVP_PKEY_CTX_new_id(kind switch
        {
            CryptoKeyKind.EcdsaP256 => LibCryptoNative.EVP_PKEY_EC,
            CryptoKeyKind.RsaPss => LibCryptoNative.EVP_PKEY_RSA,
            CryptoKeyKind.Ed25519 => LibCryptoNative.EVP_PKEY_ED25519,
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such algorithm"),
        }, 0);
        if (context == 0)
        {
            throw Failure(Act);
        }
        try
        {
            Check(LibCryptoNative.EVP_PKEY_keygen_init(context), Act);
            if (kind == CryptoKeyKind.EcdsaP256)
            {
                Check(LibCryptoNative.EVP_PKEY_CTX_ctrl_str(context, "ec_paramgen_curve", "P-256"), Act);
            }
            else if (kind == CryptoKeyKind.RsaPss)
            {
                Check(LibCryptoNative.EVP_PKEY_CTX_ctrl_str(context, "rsa_keygen_bits", "3072"), Act); // NIST SP 800-57: good past 2030
            }
            nint pointer = 0;
            Check(LibCryptoNative.EVP_PKEY_keygen(context, &pointer), Act);
            return Take(pointer, kind, Act);
        }
        finally
        {
            LibCryptoNative.EVP_PKEY_CTX_free(context);
        }
    }

    /// <summary>True when <paramref name="signature"/> over <paramref name="data"/> was made with this key. A malformed signature is
    /// simply false.</summary>
    /// <exception cref="CryptoException">libcrypto cannot use the key with its algorithm.</exception>
    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        const string Act = "verify a signature";
        var context = NewContext(Act);
        try
        {
            nint keyContext = 0; // belongs to the context
            Check(LibCryptoNative.EVP_DigestVerifyInit(context, &keyContext, Digest, 0, _handle), Act);
            UsePss(keyContext, "auto", Act);
            byte nothing = 0;
            fixed (byte* bytes = data, sign = signature)
            {
                // The pointer of an empty span is null, which some algorithms take for "no signature given yet".
                var good = LibCryptoNative.EVP_DigestVerify(context, sign is null ? &nothing : sign, (nuint)signature.Length,
                    bytes is null ? &nothing : bytes, (nuint)data.Length) == 1;
                if (!good)
                {
                    LibCryptoNative.ERR_clear_error();
                }
                return good;
            }
        }
        finally
        {
            LibCryptoNative.EVP_MD_CTX_free(context);
        }
    }

    /// <summary>Signs. Needs a private key.</summary>
    /// <returns>DER for ECDSA, as long as the modulus for RSA, 64 bytes for Ed25519.</returns>
    /// <exception cref="CryptoException">The key is a public one.</exception>
    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        const string Act = "sign";
        var context = NewContext(Act);
        try
        {
            nint keyContext = 0;
            Check(LibCryptoNative.EVP_DigestSignInit(context, &keyContext, Digest, 0, _handle), Act);
            UsePss(keyContext, "digest", Act);
            byte nothing = 0;
            fixed (byte* given = data)
            {
                var bytes = given is null ? &nothing : given;
                nuint length = 0;
                Check(LibCryptoNative.EVP_DigestSign(context, null, &length, bytes, (nuint)data.Length), Act);
                var signature = new byte[length];
                fixed (byte* sign = signature)
                {
                    Check(LibCryptoNative.EVP_DigestSign(context, sign, &length, bytes, (nuint)data.Length), Act);
                }
                return signature[..(int)length]; // ECDSA is often a byte or two shorter than announced
            }
        }
        finally
        {
            LibCryptoNative.EVP_MD_CTX_free(context);
        }
    }

    /// <summary>Frees the key; libcrypto wipes a private one.</summary>
    public void Dispose() => _handle.Dispose();

    // Ed25519 hashes for itself.
    private nint Digest => Kind == CryptoKeyKind.Ed25519 ? 0 : LibCryptoNative.EVP_sha256();

    private static nint NewContext(string act)
    {
        var context = LibCryptoNative.EVP_MD_CTX_new();
        return context != 0 ? context : throw Failure(act);
    }

    private void UsePss(nint keyContext, string saltLength, string act)
    {
        if (Kind != CryptoKeyKind.RsaPss)
        {
            return;
        }
        Check(LibCryptoNative.EVP_PKEY_CTX_ctrl_str(keyContext, "rsa_padding_mode", "pss"), act);
        Check(LibCryptoNative.EVP_PKEY_CTX_ctrl_str(keyContext, "rsa_pss_saltlen", saltLength), act);
    }

    private static CryptoKey Take(nint pointer, CryptoKeyKind kind, string act)
    {
        if (pointer == 0)
        {
            throw Failure(act);
        }
        return new CryptoKey(Own(pointer), kind);
    }

    private static EvpKeyHandle Own(nint pointer)
    {
        var handle = new EvpKeyHandle();
        handle.Own(pointer);
        return handle;
    }

    private static void Check(int result, string act)
    {
        if (result <= 0)
        {
            throw Failure(act);
        }
    }

    /// <summary>The first entry of this thread's error queue is the cause; the queue is left empty.</summary>
    private static CryptoException Failure(string act)
    {
        const int Length = 256; // what ERR_error_string_n is documented to need at most
        var text = stackalloc byte[Length];
        var error = LibCryptoNative.ERR_get_error();
        if (error == 0)
        {
            return new CryptoException(act, "libcrypto gave no reason");
        }
        LibCryptoNative.ERR_error_string_n(error, text, Length);
        LibCryptoNative.ERR_clear_error();
        return new CryptoException(act, Marshal.PtrToStringUTF8((nint)text) ?? "");
    }
}
