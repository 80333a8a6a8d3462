using System.Security.Cryptography;

namespace EdgeRunner.Native.LibCrypto;

/// <content>DER in and out: SubjectPublicKeyInfo, PKCS#8 and encrypted PKCS#8 (PBES2).</content>
public sealed unsafe partial class CryptoKey
{
    private const int SaltBytes = 16;

    /// <summary>Reads a private key that is not encrypted.</summary>
    /// <param name="der">PKCS#8 <c>PrivateKeyInfo</c>. The caller wipes it.</param>
    /// <exception cref="CryptoException">It is not a private key of a known kind.</exception>
    public static CryptoKey FromPkcs8(ReadOnlySpan<byte> der)
    {
        fixed (byte* start = der)
        {
            var position = start;
            return FromPkcs8(LibCryptoNative.d2i_PKCS8_PRIV_KEY_INFO(null, &position, der.Length), "read a private key");
        }
    }

    /// <summary>Reads an encrypted private key.</summary>
    /// <param name="der">PKCS#8 <c>EncryptedPrivateKeyInfo</c>.</param>
    /// <param name="password">UTF-8. The caller wipes it.</param>
    /// <exception cref="CryptoException">It is not such a key, not of a known kind, or the password is wrong.</exception>
    public static CryptoKey FromEncryptedPkcs8(ReadOnlySpan<byte> der, ReadOnlySpan<byte> password)
    {
        const string Act = "read an encrypted private key";
        nint encrypted;
        fixed (byte* start = der)
        {
            var position = start;
            encrypted = LibCryptoNative.d2i_X509_SIG(null, &position, der.Length);
        }
        if (encrypted == 0)
        {
            throw Failure(Act);
        }
        try
        {
            fixed (byte* secret = password)
            {
                byte nothing = 0;
                var pkcs8 = LibCryptoNative.PKCS8_decrypt(encrypted, secret is null ? &nothing : secret, password.Length);
                return FromPkcs8(pkcs8, Act);
            }
        }
        finally
        {
            LibCryptoNative.X509_SIG_free(encrypted);
        }
    }

    /// <summary>The public half as DER <c>SubjectPublicKeyInfo</c>.</summary>
    /// <exception cref="CryptoException">libcrypto cannot encode it.</exception>
    public byte[] ExportPublicKey() => ExportPublicKey(_handle);

    /// <summary>The private key as DER PKCS#8, not encrypted. The caller wipes it.</summary>
    /// <exception cref="CryptoException">The key is a public one.</exception>
    public byte[] ExportPkcs8()
    {
        const string Act = "write a private key";
        var pkcs8 = ToPkcs8(Act);
        try
        {
            var length = LibCryptoNative.i2d_PKCS8_PRIV_KEY_INFO(pkcs8, null);
            Check(length, Act);
            var der = new byte[length];
            fixed (byte* start = der)
            {
                var position = start;
                Check(LibCryptoNative.i2d_PKCS8_PRIV_KEY_INFO(pkcs8, &position), Act);
            }
            return der;
        }
        finally
        {
            LibCryptoNative.PKCS8_PRIV_KEY_INFO_free(pkcs8);
        }
    }

    /// <summary>The private key as DER PKCS#8 encrypted with AES-256-CBC and PBKDF2-HMAC-SHA-256 (PBES2, RFC 8018).</summary>
    /// <param name="password">UTF-8, not empty. The caller wipes it.</param>
    /// <param name="iterations">Of PBKDF2; at least 1 000.</param>
    /// <exception cref="CryptoException">The key is a public one.</exception>
    public byte[] ExportEncryptedPkcs8(ReadOnlySpan<byte> password, int iterations)
    {
        const string Act = "write an encrypted private key";
        if (password.IsEmpty)
        {
            throw new ArgumentException("an empty password protects nothing", nameof(password));
        }
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, 1_000);
        var pkcs8 = ToPkcs8(Act);
        nint encrypted = 0;
        try
        {
            Span<byte> salt = stackalloc byte[SaltBytes];
            RandomNumberGenerator.Fill(salt);
            fixed (byte* secret = password, random = salt)
            {
                // -1: PBES2 with the cipher's default, which is HMAC-SHA-256 since 1.1.0.
                encrypted = LibCryptoNative.PKCS8_encrypt(-1, LibCryptoNative.EVP_aes_256_cbc(), secret, password.Length, random, SaltBytes,
                    iterations, pkcs8);
            }
            if (encrypted == 0)
            {
                throw Failure(Act);
            }
            var length = LibCryptoNative.i2d_X509_SIG(encrypted, null);
            Check(length, Act);
            var der = new byte[length];
            fixed (byte* start = der)
            {
                var position = start;
                Check(LibCryptoNative.i2d_X509_SIG(encrypted, &position), Act);
            }
            return der;
        }
        finally
        {
            LibCryptoNative.PKCS8_PRIV_KEY_INFO_free(pkcs8);
            LibCryptoNative.X509_SIG_free(encrypted); // takes null
        }
    }

    private static byte[] ExportPublicKey(EvpKeyHandle key)
    {
        const string Act = "write a public key";
        var length = LibCryptoNative.i2d_PUBKEY(key, null);
        Check(length, Act);
        var der = new byte[length];
        fixed (byte* start = der)
        {
            var position = start;
            Check(LibCryptoNative.i2d_PUBKEY(key, &position), Act);
        }
        return der;
    }

    private static CryptoKey FromPkcs8(nint pkcs8, string act)
    {
        if (pkcs8 == 0)
        {
            throw Failure(act);
        }
        try
        {
            var pointer = LibCryptoNative.EVP_PKCS82PKEY(pkcs8);
            if (pointer == 0)
            {
                throw Failure(act);
            }
            var handle = Own(pointer);
            try
            {
                return new CryptoKey(handle, SubjectPublicKey.Read(ExportPublicKey(handle)).Kind);
            }
            catch (CryptoException)
            {
                handle.Dispose();
                throw;
            }
        }
        finally
        {
            LibCryptoNative.PKCS8_PRIV_KEY_INFO_free(pkcs8);
        }
    }

    private nint ToPkcs8(string act)
    {
        var pkcs8 = LibCryptoNative.EVP_PKEY2PKCS8(_handle);
        return pkcs8 != 0 ? pkcs8 : throw Failure(act);
    }
}
