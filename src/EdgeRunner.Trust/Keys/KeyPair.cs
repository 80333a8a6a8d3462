using System.Security.Cryptography;
using System.Text;
using EdgeRunner.Native.LibCrypto;

namespace EdgeRunner.Trust.Keys;

/// <summary>A private key in memory. Thread-safe; dispose to wipe it.</summary>
public sealed class KeyPair : ISigner, IDisposable
{
    /// <summary>Rounds of PBKDF2-HMAC-SHA-256 between password and key (OWASP 2023); about half a second on a Raspberry Pi.</summary>
    public const int Iterations = 600_000;

    private const string EncryptedLabel = "ENCRYPTED PRIVATE KEY";
    private const string PlainLabel = "PRIVATE KEY";

    private readonly CryptoKey _key;

    private KeyPair(CryptoKey key)
    {
        _key = key;
        PublicKey = PublicKey.FromSubjectPublicKeyInfo(key.ExportPublicKey());
    }

    /// <inheritdoc/>
    public PublicKey PublicKey { get; }

    /// <summary>Makes a new key.</summary>
    /// <exception cref="KeyException">libcrypto is missing or has no entropy.</exception>
    public static KeyPair Generate(CryptoKeyKind kind = CryptoKeyKind.EcdsaP256) => Guard("make a key", () => Own(CryptoKey.Generate(kind)));

    /// <summary>True when <see cref="FromPem"/> needs a password for that text.</summary>
    public static bool IsEncrypted(string pem)
    {
        ArgumentNullException.ThrowIfNull(pem);
        return PemEncoding.TryFind(pem, out var fields) && pem.AsSpan()[fields.Label].SequenceEqual(EncryptedLabel);
    }

    /// <summary>Reads a PKCS#8 key file.</summary>
    /// <param name="pem">One PEM block, encrypted or not.</param>
    /// <param name="password">Needed for an encrypted one, ignored otherwise.</param>
    /// <exception cref="KeyException">It is not a key of a known kind, or the password is missing or wrong.</exception>
    public static KeyPair FromPem(string pem, string? password) => Guard("read the key", () =>
    {
        if (!IsEncrypted(pem))
        {
            var plain = KeySchemes.ReadPem(pem, PlainLabel);
            try
            {
                return Own(CryptoKey.FromPkcs8(plain));
            }
            finally
            {
                CryptographicOperations.ZeroMemory(plain);
            }
        }
        if (password is null)
        {
            throw new KeyException("the key is encrypted and needs its password");
        }
        var secret = Encoding.UTF8.GetBytes(password);
        try
        {
            return Own(CryptoKey.FromEncryptedPkcs8(KeySchemes.ReadPem(pem, EncryptedLabel), secret));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    });

    /// <summary>Writes an encrypted PKCS#8 key file.</summary>
    /// <param name="password">Not empty.</param>
    /// <param name="iterations">Of PBKDF2; tests take fewer.</param>
    public string ToEncryptedPem(string password, int iterations = Iterations)
    {
        ArgumentException.ThrowIfNullOrEmpty(password);
        var secret = Encoding.UTF8.GetBytes(password);
        try
        {
            return PemEncoding.WriteString(EncryptedLabel, _key.ExportEncryptedPkcs8(secret, iterations)) + "\n";
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>Writes a PKCS#8 key file that is not encrypted: for online keys, which a service reads without a person.</summary>
    public string ToPem()
    {
        var der = _key.ExportPkcs8();
        try
        {
            return PemEncoding.WriteString(PlainLabel, der) + "\n";
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
    }

    /// <summary>Signs, at once.</summary>
    public byte[] Sign(ReadOnlySpan<byte> message) => _key.Sign(message);

    /// <inheritdoc/>
    public ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken) => ValueTask.FromResult(Sign(message.Span));

    /// <summary>Wipes the key.</summary>
    public void Dispose() => _key.Dispose();

    private static KeyPair Own(CryptoKey key)
    {
        try
        {
            return new KeyPair(key);
        }
        catch (KeyException)
        {
            key.Dispose();
            throw;
        }
    }

    private static KeyPair Guard(string act, Func<KeyPair> make)
    {
        try
        {
            return make();
        }
        catch (CryptoException e)
        {
            throw new KeyException($"cannot {act}: {e.Message}", e);
        }
    }
}
