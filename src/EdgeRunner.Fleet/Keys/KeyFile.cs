using System.Security.Cryptography;
using EdgeRunner.Trust.Keys;

namespace EdgeRunner.Fleet.Keys;

/// <summary>Key files: <c>NAME.pem</c> (PKCS#8, encrypted unless it is an online key, mode 0600) and beside it <c>NAME.pub</c> (SubjectPublicKeyInfo).</summary>
internal static class KeyFile
{
    private const string PublicExtension = ".pub";

    /// <summary>Where the public half lies.</summary>
    internal static string PublicFileOf(string file) => Path.ChangeExtension(file, PublicExtension);

    /// <summary>Writes a new key; no file is ever overwritten.</summary>
    /// <param name="file">For the private half.</param>
    /// <param name="key">The key.</param>
    /// <param name="passphrase">Null for an online key, which is not encrypted.</param>
    /// <param name="iterations">Of PBKDF2; tests take fewer.</param>
    /// <exception cref="KeyException">There is a file already.</exception>
    internal static void WriteNew(string file, KeyPair key, string? passphrase, int iterations = KeyPair.Iterations)
    {
        var path = Path.GetFullPath(file);
        foreach (var taken in (string[])[path, PublicFileOf(path)])
        {
            if (File.Exists(taken))
            {
                throw new KeyException($"{taken} is there already, and a key is never overwritten. Take another name");
            }
        }
        PrivateFile.MakeDirectory(Path.GetDirectoryName(path)!);
        PrivateFile.Write(path, passphrase is null ? key.ToPem() : key.ToEncryptedPem(passphrase, iterations), PrivateFile.Private, overwrite: false);
        try
        {
            PrivateFile.Write(PublicFileOf(path), PemEncoding.WriteString("PUBLIC KEY", key.PublicKey.SubjectPublicKeyInfo.Span) + "\n", PrivateFile.Readable, overwrite: false);
        }
        catch
        {
            File.Delete(path); // both or none; we have just made it
            throw;
        }
    }

    /// <summary>Encrypts a key file anew.</summary>
    internal static void Rewrite(string file, KeyPair key, string passphrase, int iterations) => PrivateFile.Write(Path.GetFullPath(file), key.ToEncryptedPem(passphrase, iterations), PrivateFile.Private, overwrite: true);

    /// <summary>Reads a private key.</summary>
    /// <exception cref="KeyException">It is none, or the passphrase is wrong.</exception>
    internal static KeyPair ReadPrivate(string file, Func<string> passphrase)
    {
        var pem = ReadText(file);
        if (PemEncoding.TryFind(pem, out var fields) && pem.AsSpan()[fields.Label] is "PUBLIC KEY")
        {
            throw new KeyException($"{file} is a public key, and a private one is needed here: expected the .pem file that `edgefleet key generate` made");
        }
        var secret = KeyPair.IsEncrypted(pem) ? passphrase() : null;
        try
        {
            return KeyPair.FromPem(pem, secret);
        }
        catch (KeyException e)
        {
            throw new KeyException(secret is null ? $"{file}: {e.Message}" : $"{file}: the passphrase is wrong, or the file is damaged", e);
        }
    }

    /// <summary>True when the file has a private key.</summary>
    internal static bool IsPrivate(string file)
    {
        var pem = ReadText(file);
        return PemEncoding.TryFind(pem, out var fields) && pem.AsSpan()[fields.Label].EndsWith("PRIVATE KEY");
    }

    internal static bool IsEncrypted(string file) => KeyPair.IsEncrypted(ReadText(file));

    /// <summary>Reads the public half from a public key file, or from a private one, for which an encrypted one needs its <c>.pub</c> beside it or the
    /// passphrase.</summary>
    /// <exception cref="KeyException">It is no key.</exception>
    internal static PublicKey ReadPublic(string file, Func<string>? passphrase)
    {
        var pem = ReadText(file);
        if (PemEncoding.TryFind(pem, out var fields) && pem.AsSpan()[fields.Label] is "PUBLIC KEY")
        {
            try
            {
                return PublicKey.FromSubjectPublicKeyInfo(Convert.FromBase64String(pem[fields.Base64Data]));
            }
            catch (Exception e) when (e is KeyException or FormatException)
            {
                throw new KeyException($"{file} is no usable public key: {e.Message}", e);
            }
        }
        if (KeyPair.IsEncrypted(pem))
        {
            if (File.Exists(PublicFileOf(file)))
            {
                return ReadPublic(PublicFileOf(file), passphrase: null);
            }
            if (passphrase is null)
            {
                throw new KeyException($"{file} is encrypted and its public half {PublicFileOf(file)} is not beside it");
            }
        }
        using var key = ReadPrivate(file, passphrase ?? (() => ""));
        return key.PublicKey;
    }

    private static string ReadText(string file)
    {
        const int MaxBytes = 64 << 10;
        try
        {
            return new FileInfo(file).Length <= MaxBytes ? File.ReadAllText(file) : throw new KeyException($"{file} is no key file: it has more than {MaxBytes} bytes");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new KeyException($"there is no key file {file}", e);
        }
    }
}
