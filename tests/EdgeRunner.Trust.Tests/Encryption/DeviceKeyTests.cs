using System.Security.Cryptography;
using System.Text;
using EdgeRunner.Trust.Encryption;
using EdgeRunner.Trust.Json;

namespace EdgeRunner.Trust.Tests.Encryption;

public sealed class DeviceKeyTests
{
    [Theory]
    [InlineData(DeviceKeyKind.Ec, "EC P-256")]
    [InlineData(DeviceKeyKind.Rsa, "RSA 3072")]
    public void A_new_key_survives_its_file_and_its_public_half_every_form(DeviceKeyKind kind, string title)
    {
        using var key = DeviceKey.Generate(kind);

        using var read = Assert.Single(DeviceKey.ReadAll(key.ToPem()));
        var jwk = Encoding.UTF8.GetString(JsonText.Write(key.PublicKey.ToJwk()));
        string[] forms = [key.PublicKey.ToPem(), $"for press-1:\n{key.PublicKey.ToPem()}", jwk, $$"""{"file":"x","keys":[{"jwk":{{jwk}}},{}]}"""];

        Assert.Equal(title, key.PublicKey.Title);
        Assert.Equal(key.PublicKey.Thumbprint, read.PublicKey.Thumbprint);
        Assert.All(forms, form => Assert.Equal(key.PublicKey.Thumbprint, DevicePublicKey.Parse(form).Thumbprint));
    }

    [Fact]
    public void A_file_may_hold_several_keys_with_words_between_them()
    {
        using var old = DeviceKey.Generate(DeviceKeyKind.Ec);
        using var next = DeviceKey.Generate(DeviceKeyKind.Ec);

        var keys = DeviceKey.ReadAll($"# new\n{new string(next.ToPem())}\n# until all models are encrypted for it:\n{new string(old.ToPem())}");

        Assert.Equal([next.PublicKey.Thumbprint, old.PublicKey.Thumbprint], keys.Select(k => k.PublicKey.Thumbprint));
    }

    [Fact]
    public void Files_that_are_no_device_keys_are_refused_with_the_reason()
    {
        using var key = DeviceKey.Generate(DeviceKeyKind.Ec);
        using var p384 = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP384);
        using var weak = RSA.Create(1024);
        using var p256 = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var pem = new string(key.ToPem());

        AssertRefused("", "no PEM block PRIVATE KEY");
        AssertRefused(key.PublicKey.ToPem(), "PEM block \"PUBLIC KEY\"");
        AssertRefused(pem + pem, "twice");
        AssertRefused(p384.ExportPkcs8PrivateKeyPem(), "expected P-256");
        AssertRefused(weak.ExportPkcs8PrivateKeyPem(), "2048 to 8192 bits");
        AssertRefused(p256.ExportECPrivateKeyPem(), "openssl pkcs8");
        AssertRefused(p256.ExportEncryptedPkcs8PrivateKeyPem("words", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)), "encrypted with a passphrase");
        AssertRefused(PemEncoding.WriteString("PRIVATE KEY", new byte[40]), "damaged");
        AssertRefused(new string(' ', 70_000), "at most");
        AssertRefused(string.Concat(Enumerable.Range(0, 9).Select(_ => p256Pem())), "at most 8 keys");

        static string p256Pem()
        {
            using var one = DeviceKey.Generate(DeviceKeyKind.Ec);
            return new string(one.ToPem());
        }

        static void AssertRefused(string text, string reason)
        {
            var error = Assert.Throws<SealException>(() => DeviceKey.ReadAll(text));
            Assert.Equal(SealFailure.BadKey, error.Failure);
            Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("hello", "PEM block PUBLIC KEY or a JWK")]
    [InlineData("""{"kty":"EC"}""", "\"crv\"")]
    [InlineData("""{"kty":"oct","k":"AA"}""", "expected EC or RSA")]
    [InlineData("""{"kty":"EC","crv":"P-384","x":"AA","y":"AA"}""", "expected EC on P-256")]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}""", "32 bytes")]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"AA","y":"AA","d":"AA"}""", "private part")]
    [InlineData("""{"kty":"RSA","n":"AQAB","e":"AQAB"}""", "2048 to 8192 bits")]
    [InlineData("{\"kty\":", "cannot be read")]
    [InlineData("""{"keys":[]}""", "no key with a \"jwk\"")]
    [InlineData("""{"keys":[{"jwk":1}]}""", "\"kty\"")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "must not leave its device")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "neither EC on P-256 nor RSA")]
    public void Files_that_are_no_public_keys_are_refused_with_the_reason(string text, string reason) =>
        Assert.Contains(reason, Assert.Throws<SealException>(() => DevicePublicKey.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void An_exponent_of_one_is_refused()
    {
        using var rsa = RSA.Create(2048);
        var jwk = $$"""{"kty":"RSA","n":"{{Base64UrlText.Encode(rsa.ExportParameters(false).Modulus)}}","e":"AQ"}""";

        Assert.Contains("exponent", Assert.Throws<SealException>(() => DevicePublicKey.Parse(jwk)).Message, StringComparison.Ordinal);
    }
}
