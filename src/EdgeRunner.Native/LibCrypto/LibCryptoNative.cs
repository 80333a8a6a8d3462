using System.Runtime.InteropServices;

namespace EdgeRunner.Native.LibCrypto;

/// <summary>libcrypto, as much as we use: only functions with the same name and meaning in 1.1.1 and 3.x.</summary>
/// <seealso href="https://docs.openssl.org/3.0/man3/"/>
internal static unsafe partial class LibCryptoNative
{
    internal const int EVP_PKEY_RSA = 6;
    internal const int EVP_PKEY_EC = 408;
    internal const int EVP_PKEY_ED25519 = 1087;

    static LibCryptoNative() => NativeLibrary.SetDllImportResolver(typeof(LibCryptoNative).Assembly, LibCryptoLibrary.Resolve);

    /// <seealso href="https://docs.openssl.org/3.0/man3/OpenSSL_version/"/>
    [LibraryImport(LibCryptoLibrary.Name, EntryPoint = "OpenSSL_version")]
    internal static partial byte* OpenSslVersion(int type);

    /// <seealso href="https://docs.openssl.org/3.0/man3/ERR_get_error/"/>
    [LibraryImport(LibCryptoLibrary.Name)]
    internal static partial nuint ERR_get_error();

    [LibraryImport(LibCryptoLibrary.Name)]
    internal static partial void ERR_error_string_n(nuint error, byte* text, nuint length);

    [LibraryImport(LibCryptoLibrary.Name)]
    internal static partial void ERR_clear_error();

    /// <seealso href="https://docs.openssl.org/3.0/man3/EVP_PKEY_new/"/>
    [LibraryImport(LibCryptoLibrary.Name)]
    internal static partial void EVP_PKEY_free(nint key);

    /// <seealso href="https://docs.openssl.org/3.0/man3/d2i_X509/"/>
    [LibraryImport(LibCryptoLibrary.Name)]
    internal static partial nint d2i_PUBKEY(nint* key, byte** input, nint length);

    [LibraryImport(LibCryptoLibrary.Name)]
    internal static partial int i2d_PUBKEY(EvpKeyHandle key, byte** output);

    /// <seealso href="https://docs.openssl.org/3.0/man3/EVP_DigestVerifyInit/"/>
    [LibraryImport(LibCryptoLibrary.Name)]
    internal static partial nint EVP_MD_CTX_new();

    [LibraryImport(LibCryptoLibrary.Name)]
    internal static partial void EVP_MD_CTX_free(nint context);

    [LibraryImport(LibCryptoLibrary.Name)]
    internal static partial nint EVP_sha256();

    [LibraryImport(LibCryptoLibrary.Name)]
    internal static partial int EVP_DigestVerifyInit(nint context, nint* keyContext, nint digest, nint engine, EvpKeyHandle key);

    [LibraryImport(LibCryptoLibrary.Name)]
    internal static partial int EVP_DigestVerify(nint context, byte* signature, nuint signatureLength, byte* data, nuint dataLength);

    /// <seealso href="https://docs.openssl.org/3.0/man3/EVP_DigestSignInit/"/>
    [LibraryImport(LibCryptoLibrary.Name)]
    internal static partial int EVP_DigestSignInit(nint context, nint* keyContext, nint digest, nint engine, EvpKeyHandle key);

    [LibraryImport(LibCryptoLibrary.Name)]
    internal static partial int EVP_DigestSign(nint context, byte* signature, nuint* signatureLength, byte* data, nuint dataLength);

    /// <summary>Options by name: the typed setters are macros in 1.1 and functions in 3.</summary>
    /// <seealso href="https://docs.openssl.org/3.0/man3/EVP_PKEY_CTX_ctrl/"/>
    [LibraryImport(LibCryptoLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int EVP_PKEY_CTX_ctrl_str(nint keyContext, string name, string value);

    /// <seealso href="https://docs.openssl.org/3.0/man3/EVP_PKEY_keygen/"/>
    [LibraryImport(LibCryptoLibrary.Name)]
    internal static partial nint EVP_PKEY_CTX_new_id(int kind, nint engine);

    [LibraryImport(LibCryptoLibrary.Name)]
    internal static partial void EVP_PKEY_CTX_free(nint keyContext);

    [LibraryImport(LibCryptoLibrary.Name)]
    internal static partial int EVP_PKEY_keygen_init(nint keyContext);

    [LibraryImport(LibCryptoLibrary.Name)]
    internal static partial int EVP_PKEY_keygen(nint keyContext, nint* key);

    /// <seealso href="https://docs.openssl.org/3.0/man3/EVP_PKEY2PKCS8/"/>
    [LibraryImport(LibCryptoLibrary.Name)]
    internal static partial nint EVP_PKEY2PKCS8(EvpKeyHandle key);

    [LibraryImport(LibCryptoLibrary.Name)]
    internal static partial nint EVP_PKCS82PKEY(nint pkcs8);

    [LibraryImport(LibCryptoLibrary.Name)]
    internal static partial void PKCS8_PRIV_KEY_INFO_free(nint pkcs8);

    [LibraryImport(LibCryptoLibrary.Name)]
    internal static partial nint d2i_PKCS8_PRIV_KEY_INFO(nint* pkcs8, byte** input, nint length);

    [LibraryImport(LibCryptoLibrary.Name)]
    internal static partial int i2d_PKCS8_PRIV_KEY_INFO(nint pkcs8, byte** output);

    /// <seealso href="https://docs.openssl.org/3.0/man3/PKCS8_encrypt/"/>
    [LibraryImport(LibCryptoLibrary.Name)]
    internal static partial nint PKCS8_encrypt(int scheme, nint cipher, byte* password, int passwordLength, byte* salt, int saltLength,
        int iterations, nint pkcs8);

    [LibraryImport(LibCryptoLibrary.Name)]
    internal static partial nint PKCS8_decrypt(nint encrypted, byte* password, int passwordLength);

    [LibraryImport(LibCryptoLibrary.Name)]
    internal static partial nint EVP_aes_256_cbc();

    [LibraryImport(LibCryptoLibrary.Name)]
    internal static partial nint d2i_X509_SIG(nint* encrypted, byte** input, nint length);

    [LibraryImport(LibCryptoLibrary.Name)]
    internal static partial int i2d_X509_SIG(nint encrypted, byte** output);

    [LibraryImport(LibCryptoLibrary.Name)]
    internal static partial void X509_SIG_free(nint encrypted);
}
