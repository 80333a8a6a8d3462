using EdgeRunner.Native.LibCrypto;
using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Keys;

namespace EdgeRunner.Trust.Tests.Keys;

public sealed class KeyPairTests
{
    private const int FewIterations = 1_000;

    // Making an RSA key takes a second.
    private static readonly Lazy<KeyPair> Rsa = new(() => KeyPair.Generate(CryptoKeyKind.RsaPss));

    public static TheoryData<CryptoKeyKind> Kinds => [CryptoKeyKind.EcdsaP256, CryptoKeyKind.RsaPss, CryptoKeyKind.Ed25519];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_signature_verifies_with_its_key_and_message_only(CryptoKeyKind kind)
    {
        var key = Key(kind);
        using var other = KeyPair.Generate(kind);
        var signature = key.Sign("message"u8);
        var damaged = (byte[])signature.Clone();
        damaged[^1] ^= 1;

        Assert.True(key.PublicKey.Verify("message"u8, signature));
        Assert.False(key.PublicKey.Verify("massage"u8, signature));
        Assert.False(key.PublicKey.Verify(""u8, signature));
        Assert.False(other.PublicKey.Verify("message"u8, signature));
        Assert.False(key.PublicKey.Verify("message"u8, damaged));
        Assert.False(key.PublicKey.Verify("message"u8, signature.AsSpan()[..^1]));
        Assert.False(key.PublicKey.Verify("message"u8, [.. signature, 0]));
        Assert.False(key.PublicKey.Verify("message"u8, []));
        Assert.False(key.PublicKey.Verify("message"u8, new byte[100_000]));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_empty_message_can_be_signed(CryptoKeyKind kind)
    {
        var key = Key(kind);

        Assert.True(key.PublicKey.Verify(""u8, key.Sign(""u8)));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_key_comes_back_from_its_encrypted_file_only_with_the_password(CryptoKeyKind kind)
    {
        var key = Key(kind);
        var pem = key.ToEncryptedPem("pässwörd 🔑", FewIterations);

        Assert.True(KeyPair.IsEncrypted(pem));
        Assert.StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----\n", pem, StringComparison.Ordinal);
        using var again = KeyPair.FromPem(pem, "pässwörd 🔑");
        Assert.Equal(key.PublicKey.KeyId, again.PublicKey.KeyId);
        Assert.True(key.PublicKey.Verify("m"u8, again.Sign("m"u8)));
        Assert.Throws<KeyException>(() => KeyPair.FromPem(pem, "password"));
        Assert.Throws<KeyException>(() => KeyPair.FromPem(pem, ""));
        Assert.Contains("needs its password", Assert.Throws<KeyException>(() => KeyPair.FromPem(pem, password: null)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_key_comes_back_from_its_plain_file(CryptoKeyKind kind)
    {
        var key = Key(kind);
        var pem = key.ToPem();

        Assert.False(KeyPair.IsEncrypted(pem));
        using var again = KeyPair.FromPem(pem, password: null);
        Assert.Equal(key.PublicKey.KeyId, again.PublicKey.KeyId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no key")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")]
    [InlineData("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n")]
    [InlineData("-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n")]
    public void What_is_no_key_file_is_refused(string pem) => Assert.Throws<KeyException>(() => KeyPair.FromPem(pem, "password"));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_key_object_is_what_metadata_says_of_it(CryptoKeyKind kind)
    {
        var key = Key(kind);

        var read = PublicKey.Read(key.PublicKey.KeyId, key.PublicKey.Source, key.PublicKey.KeyType, key.PublicKey.Scheme,
            key.PublicKey.Source.Find("keyval")!.Find("public")!.Text);

        Assert.Null(read.Problem);
        Assert.Equal(PublicKey.IdOf(key.PublicKey.Source), read.KeyId);
        Assert.Equal(key.PublicKey.Identity, read.Identity);
        Assert.True(read.Verify("m"u8, key.Sign("m"u8)));
    }

    [Fact]
    public void A_key_with_another_kind_of_value_than_its_scheme_says_verifies_nothing()
    {
        var rsa = Rsa.Value;
        var value = rsa.PublicKey.Source.Find("keyval")!.Find("public")!.Text;

        var read = PublicKey.Read("id", JsonTree.Null, "ecdsa", "ecdsa-sha2-nistp256", value);

        Assert.Contains("RsaPss", read.Problem, StringComparison.Ordinal);
        Assert.Null(read.Identity);
        Assert.False(read.Verify("m"u8, rsa.Sign("m"u8)));
    }

    [Theory]
    [InlineData("ed25519", "ed25519", "00")]
    [InlineData("ed25519", "ed25519", "zz00000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("ecdsa", "ecdsa-sha2-nistp384", "x")]
    [InlineData("sphincs", "sphincs-shake-128s", "x")]
    [InlineData("rsa", "rsa-pkcs1v15-sha256", "x")]
    [InlineData("ecdsa", "ecdsa-sha2-nistp256", "-----BEGIN PUBLIC KEY-----\n!!!!\n-----END PUBLIC KEY-----")]
    [InlineData("ecdsa", "ecdsa-sha2-nistp256", "-----BEGIN PUBLIC KEY-----\nMAAwAA==\n-----END PUBLIC KEY-----")]
    public void A_key_of_an_unknown_kind_or_without_a_good_value_is_kept_and_verifies_nothing(string keyType, string scheme, string value)
    {
        var read = PublicKey.Read("id", JsonTree.Null, keyType, scheme, value);

        Assert.NotNull(read.Problem);
        Assert.False(read.Verify("m"u8, new byte[64]));
    }

    private static KeyPair Key(CryptoKeyKind kind) => kind == CryptoKeyKind.RsaPss ? Rsa.Value : KeyPair.Generate(kind);
}
