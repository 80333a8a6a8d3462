using System.Security.Cryptography;
using System.Text;
using EdgeRunner.Trust.Json;

namespace EdgeRunner.Trust.Encryption;

/// <summary>The public half of a device key: what models are encrypted for. Immutable, thread-safe.</summary>
public sealed class DevicePublicKey
{
    internal const int MinRsaBits = 2048; // NIST SP 800-131A
    internal const int MaxRsaBits = 8192;

    private const int CoordinateBytes = 32;
    private const int MaxModulusBytes = MaxRsaBits / 8;
    private const int MaxTextChars = 16 << 10;
    private const string Label = "PUBLIC KEY";
    private const string Kty = "kty";

    private readonly ECPoint _point;
    private readonly RSAParameters _rsa;

    private DevicePublicKey(ECPoint point)
    {
        (Kind, _point) = (DeviceKeyKind.Ec, point);
        Thumbprint = ThumbprintOf($$"""{"crv":"P-256","kty":"EC","x":"{{Base64UrlText.Encode(point.X)}}","y":"{{Base64UrlText.Encode(point.Y)}}"}""");
    }

    private DevicePublicKey(RSAParameters rsa)
    {
        (Kind, _rsa) = (DeviceKeyKind.Rsa, rsa);
        Thumbprint = ThumbprintOf($$"""{"e":"{{Base64UrlText.Encode(rsa.Exponent)}}","kty":"RSA","n":"{{Base64UrlText.Encode(rsa.Modulus)}}"}""");
    }

    /// <summary>EC or RSA.</summary>
    public DeviceKeyKind Kind { get; }

    /// <summary>Its name everywhere: SHA-256 of its JWK (RFC 7638) in base64url, 43 characters.</summary>
    public string Thumbprint { get; }

    /// <summary>For people: <c>EC P-256</c> or <c>RSA 3072</c>.</summary>
    public string Title => Kind == DeviceKeyKind.Ec ? "EC P-256" : $"RSA {_rsa.Modulus!.Length * 8}";

    internal ECPoint Point => _point;

    /// <summary>Reads a public key file: a PEM block <c>PUBLIC KEY</c>, a JWK, or what <c>edgerunner device-key show --json</c> prints.</summary>
    /// <exception cref="SealException">It is none of them, or not a key that can be used.</exception>
    public static DevicePublicKey Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MaxTextChars) throw Bad($"a public key file has at most {MaxTextChars} characters, and this one {text.Length}");
        if (text.Contains("PRIVATE KEY", StringComparison.Ordinal))
            throw Bad("this is a private key, which must not leave its device: hand over what `edgerunner device-key show` prints, and make a new key if it was sent over a network");
        if (!text.AsSpan().TrimStart().StartsWith("{")) return FromPem(text);
        JsonTree tree;
        try
        {
            tree = JsonParser.Parse(Encoding.UTF8.GetBytes(text));
        }
        catch (JsonFormatException e)
        {
            throw Bad($"the public key cannot be read: {e.Message}", e);
        }

        if (tree.Find("keys") is { Kind: JsonKind.Array } keys)
        {
            // The newest is the first one.
            return FromJwk((keys.Items.Count > 0 ? keys.Items[0].Find("jwk") : null) ?? throw Bad("\"keys\" has no key with a \"jwk\""));
        }

        return FromJwk(tree);
    }

    /// <summary>Reads a JSON web key.</summary>
    /// <exception cref="SealException">It is not EC on P-256 or RSA of 2048 to 8192 bits.</exception>
    public static DevicePublicKey FromJwk(JsonTree jwk)
    {
        ArgumentNullException.ThrowIfNull(jwk);
        if (jwk.Find("d") is not null) throw Bad("the JWK has a private part (\"d\"), which must not leave its device");
        return TextOf(jwk, Kty) switch
        {
            "EC" => FromEcJwk(jwk),
            "RSA" => Checked(new RSAParameters { Modulus = BytesOf(jwk, "n", MaxModulusBytes), Exponent = BytesOf(jwk, "e", 8) }),
            var other => throw Bad($"the JWK's kty is \"{other}\"; expected EC or RSA"),
        };
    }

    /// <summary>The JSON web key, without a <c>kid</c>.</summary>
    public JsonTree ToJwk() => JsonTree.Of(Kind == DeviceKeyKind.Ec
        ? new Dictionary<string, JsonTree>(StringComparer.Ordinal)
        {
            [Kty] = JsonTree.Of("EC"),
            ["crv"] = JsonTree.Of("P-256"),
            ["x"] = JsonTree.Of(Base64UrlText.Encode(_point.X)),
            ["y"] = JsonTree.Of(Base64UrlText.Encode(_point.Y)),
        }
        : new Dictionary<string, JsonTree>(StringComparer.Ordinal)
        {
            [Kty] = JsonTree.Of("RSA"),
            ["n"] = JsonTree.Of(Base64UrlText.Encode(_rsa.Modulus)),
            ["e"] = JsonTree.Of(Base64UrlText.Encode(_rsa.Exponent)),
        });

    /// <summary>One PEM block <c>PUBLIC KEY</c>.</summary>
    public string ToPem()
    {
        using AsymmetricAlgorithm key = Kind == DeviceKeyKind.Ec ? ToEcdh() : ToRsa();
        return key.ExportSubjectPublicKeyInfoPem() + "\n";
    }

    internal static DevicePublicKey FromEc(ECParameters key) => Checked(key.Q);

    internal static DevicePublicKey FromRsa(RSAParameters key) => Checked(new RSAParameters { Modulus = key.Modulus, Exponent = key.Exponent });

    /// <exception cref="SealException">The point is not on the curve, or a part is missing.</exception>
    internal static DevicePublicKey FromEcJwk(JsonTree jwk)
    {
        if (TextOf(jwk, Kty) is not "EC" || TextOf(jwk, "crv") is not "P-256") throw Bad($"the JWK is {TextOf(jwk, Kty)} on {TextOf(jwk, "crv")}; expected EC on P-256");
        return Checked(new ECPoint { X = BytesOf(jwk, "x", CoordinateBytes), Y = BytesOf(jwk, "y", CoordinateBytes) });
    }

    /// <summary>For the caller to dispose.</summary>
    internal ECDiffieHellman ToEcdh() => ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = _point });

    /// <summary>For the caller to dispose.</summary>
    internal RSA ToRsa() => RSA.Create(_rsa);

    internal static SealException Bad(string message, Exception? inner = null) => new(SealFailure.BadKey, message, inner);

    private static DevicePublicKey FromPem(string text)
    {
        if (!PemEncoding.TryFind(text, out var fields) || !text.AsSpan()[fields.Label].SequenceEqual(Label))
            throw Bad("a public key file has a PEM block PUBLIC KEY or a JWK: what `edgerunner device-key show` prints; this has neither");
        var der = Convert.FromBase64String(text[fields.Base64Data]);
        try
        {
            using var ec = ECDiffieHellman.Create();
            ec.ImportSubjectPublicKeyInfo(der, out _);
            var parameters = ec.ExportParameters(includePrivateParameters: false);
            return parameters.Curve.Oid.Value is "1.2.840.10045.3.1.7" ? FromEc(parameters) : throw Bad($"the key's curve is {parameters.Curve.Oid.FriendlyName ?? parameters.Curve.Oid.Value}; expected P-256");
        }
        catch (CryptographicException)
        {
            try
            {
                using var rsa = RSA.Create();
                rsa.ImportSubjectPublicKeyInfo(der, out _);
                return FromRsa(rsa.ExportParameters(includePrivateParameters: false));
            }
            catch (CryptographicException e)
            {
                throw Bad($"the public key is neither EC on P-256 nor RSA: {e.Message}", e);
            }
        }
    }

    private static DevicePublicKey Checked(ECPoint point)
    {
        if (point.X is not { Length: CoordinateBytes } || point.Y is not { Length: CoordinateBytes }) throw Bad($"a point of P-256 has two coordinates of {CoordinateBytes} bytes");
        var key = new DevicePublicKey(point);
        try
        {
            key.ToEcdh().Dispose();
            return key;
        }
        catch (CryptographicException e)
        {
            throw Bad("the point of the key is not on the curve P-256", e);
        }
    }

    private static DevicePublicKey Checked(RSAParameters rsa)
    {
        var (modulus, exponent) = (rsa.Modulus!, rsa.Exponent!);
        if (modulus is [0, ..] or [] || modulus.Length * 8 is < MinRsaBits or > MaxRsaBits) throw Bad($"an RSA key has {MinRsaBits} to {MaxRsaBits} bits, and this one {modulus.Length * 8}");
        // Even numbers are no exponents; with 1 the "encrypted" key would be the key.
        if (exponent is [0, ..] or [] or [1] || (exponent[^1] & 1) == 0) throw Bad("the exponent of the RSA key is not an odd number of 3 or more");
        var key = new DevicePublicKey(rsa);
        try
        {
            key.ToRsa().Dispose();
            return key;
        }
        catch (CryptographicException e)
        {
            throw Bad($"the RSA key cannot be used: {e.Message}", e);
        }
    }

    private static string TextOf(JsonTree jwk, string name) => jwk.Find(name) is { Kind: JsonKind.Text } text ? text.Text : throw Bad($"the JWK has no text \"{name}\"");

    private static byte[] BytesOf(JsonTree jwk, string name, int maxBytes) =>
        Base64UrlText.TryDecode(TextOf(jwk, name), maxBytes) ?? throw Bad($"\"{name}\" of the JWK is not base64url of at most {maxBytes} bytes");

    private static string ThumbprintOf(string canonicalJwk) => Base64UrlText.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(canonicalJwk)));
}
