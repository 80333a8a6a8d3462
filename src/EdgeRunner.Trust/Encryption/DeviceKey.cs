using System.Security.Cryptography;

namespace EdgeRunner.Trust.Encryption;

/// <summary>A device key with its private half: opens what was encrypted for this device. Dispose to free it; libcrypto wipes it. Not for use from several threads at once.</summary>
public sealed class DeviceKey : IDisposable
{
    /// <summary>Most keys in one file: the present one and some that are being replaced.</summary>
    public const int MaxKeys = 8;

    private const int RsaBits = 3072; // NIST SP 800-57: good past 2030
    private const int MaxFileChars = 64 << 10;
    private const string Label = "PRIVATE KEY";

    private readonly ECDiffieHellman? _ecdh;
    private readonly RSA? _rsa;

    private DeviceKey(ECDiffieHellman ecdh, DevicePublicKey publicKey) => (_ecdh, PublicKey) = (ecdh, publicKey);

    private DeviceKey(RSA rsa, DevicePublicKey publicKey) => (_rsa, PublicKey) = (rsa, publicKey);

    /// <summary>The public half.</summary>
    public DevicePublicKey PublicKey { get; }

    /// <summary>Makes a new key. RSA takes seconds on a small board.</summary>
    public static DeviceKey Generate(DeviceKeyKind kind)
    {
        if (kind == DeviceKeyKind.Ec)
        {
            var ecdh = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
            return new DeviceKey(ecdh, DevicePublicKey.FromEc(ecdh.ExportParameters(includePrivateParameters: false)));
        }

        var rsa = RSA.Create(RsaBits);
        return new DeviceKey(rsa, DevicePublicKey.FromRsa(rsa.ExportParameters(includePrivateParameters: false)));
    }

    /// <summary>Reads all keys of a file: PEM blocks <c>PRIVATE KEY</c> (PKCS#8), one or several. Other text between them is passed over.</summary>
    /// <returns>One or more, for the caller to dispose.</returns>
    /// <exception cref="SealException">There is none, too many, one twice, or one that cannot be used.</exception>
    public static IReadOnlyList<DeviceKey> ReadAll(ReadOnlySpan<char> pem)
    {
        if (pem.Length > MaxFileChars) throw DevicePublicKey.Bad($"a device key file has at most {MaxFileChars} characters, and this one {pem.Length}");
        var keys = new List<DeviceKey>();
        try
        {
            for (var rest = pem; PemEncoding.TryFind(rest, out var fields); rest = rest[fields.Location.End..])
            {
                if (keys.Count == MaxKeys) throw DevicePublicKey.Bad($"a device key file has at most {MaxKeys} keys, and this one more");
                var key = Read(rest[fields.Label], rest[fields.Base64Data]);
                keys.Add(key);
                if (keys.Count(k => string.Equals(k.PublicKey.Thumbprint, key.PublicKey.Thumbprint, StringComparison.Ordinal)) > 1)
                    throw DevicePublicKey.Bad($"the key {key.PublicKey.Thumbprint} is in the file twice");
            }

            return keys.Count > 0 ? keys : throw DevicePublicKey.Bad("the file has no PEM block PRIVATE KEY; `edgerunner device-key generate` makes one");
        }
        catch
        {
            keys.ForEach(k => k.Dispose());
            throw;
        }
    }

    /// <summary>One PEM block <c>PRIVATE KEY</c> with a line break after it; for the caller to wipe.</summary>
    public char[] ToPem()
    {
        var der = _ecdh?.ExportPkcs8PrivateKey() ?? _rsa!.ExportPkcs8PrivateKey();
        try
        {
            var pem = new char[PemEncoding.GetEncodedSize(Label.Length, der.Length) + 1];
            PemEncoding.TryWrite(Label, der, pem, out _);
            pem[^1] = '\n';
            return pem;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ecdh?.Dispose();
        _rsa?.Dispose();
    }

    /// <summary>The raw secret shared with an ephemeral key; for the caller to wipe.</summary>
    internal byte[] Agree(DevicePublicKey ephemeral)
    {
        using var other = ephemeral.ToEcdh();
        using var otherPublic = other.PublicKey;
        return _ecdh!.DeriveRawSecretAgreement(otherPublic);
    }

    /// <summary>RSA-OAEP with SHA-256; for the caller to wipe. Null when it does not decrypt.</summary>
    internal byte[]? TryDecrypt(byte[] encryptedKey)
    {
        try
        {
            return _rsa!.Decrypt(encryptedKey, RSAEncryptionPadding.OaepSHA256);
        }
        catch (CryptographicException)
        {
            return null; // which check of the padding failed is nobody's business
        }
    }

    private static DeviceKey Read(ReadOnlySpan<char> label, ReadOnlySpan<char> base64)
    {
        if (!label.SequenceEqual(Label))
        {
            throw DevicePublicKey.Bad(label.StartsWith("ENCRYPTED")
                ? "the device key is encrypted with a passphrase, and nobody is there to type it when a device starts; use a file of mode 0600 or a systemd credential"
                : $"the file has a PEM block \"{label}\"; expected PRIVATE KEY (PKCS#8), as `openssl pkcs8 -topk8 -nocrypt` makes it");
        }

        var der = new byte[base64.Length];
        try
        {
            if (!Convert.TryFromBase64Chars(base64, der, out var length)) throw DevicePublicKey.Bad("a PEM block of the device key is not base64");
            return FromPkcs8(der.AsSpan(0, length));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
    }

    private static DeviceKey FromPkcs8(ReadOnlySpan<byte> der)
    {
        var ecdh = ECDiffieHellman.Create();
        try
        {
            ecdh.ImportPkcs8PrivateKey(der, out _);
            var parameters = ecdh.ExportParameters(includePrivateParameters: false);
            if (parameters.Curve.Oid.Value is not "1.2.840.10045.3.1.7") throw DevicePublicKey.Bad($"the device key's curve is {parameters.Curve.Oid.FriendlyName ?? parameters.Curve.Oid.Value}; expected P-256");
            return new DeviceKey(ecdh, DevicePublicKey.FromEc(parameters));
        }
        catch (CryptographicException)
        {
            ecdh.Dispose();
        }
        catch (SealException)
        {
            ecdh.Dispose();
            throw;
        }

        var rsa = RSA.Create();
        try
        {
            rsa.ImportPkcs8PrivateKey(der, out _);
            return new DeviceKey(rsa, DevicePublicKey.FromRsa(rsa.ExportParameters(includePrivateParameters: false)));
        }
        catch (CryptographicException e)
        {
            rsa.Dispose();
            throw DevicePublicKey.Bad("the device key is neither EC on P-256 nor RSA, or it is damaged", e);
        }
        catch (SealException)
        {
            rsa.Dispose();
            throw;
        }
    }
}
