using System.Security.Cryptography;
using System.Text;
using EdgeRunner.Trust.Encryption;
using EdgeRunner.Trust.Json;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Trust.Tests.Encryption;

public sealed class KeyEnvelopeTests
{
    private const string Sha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly DeviceKey Ec = DeviceKey.Generate(DeviceKeyKind.Ec);
    private static readonly DeviceKey OtherEc = DeviceKey.Generate(DeviceKeyKind.Ec);
    private static readonly DeviceKey Rsa = ReadVector("rsa.pem");

    [Theory]
    [InlineData(SealMode.Single)]
    [InlineData(SealMode.Chunked)]
    public void Every_recipient_reads_what_was_sealed(SealMode mode)
    {
        using var sealedKey = NewKey(mode);
        var envelope = KeyEnvelope.Parse(KeyEnvelope.Seal(sealedKey, [Ec.PublicKey, Rsa.PublicKey, OtherEc.PublicKey]));

        foreach (var device in (DeviceKey[])[Ec, Rsa, OtherEc])
        {
            using var opened = envelope.Open([device]);
            Assert.Equal(Key, opened.Key.ToArray());
            Assert.Equal((sealedKey.KeyId, mode, 5L, Sha256, "vision-people", 7L), (opened.KeyId, opened.Mode, opened.PlainLength, opened.PlainSha256, opened.Model, opened.Release));
        }
    }

    /// <summary>Made with jwcrypto 1.1.0 (Debian python3-jwcrypto), with a key of each kind; the private keys are only for this.</summary>
    [Theory]
    [InlineData("ec.pem", "Id-Mql-uUtTlMwaDfBLCOX9ZZCX9QStHFNZMFoMDxrI")]
    [InlineData("rsa.pem", "HebzkIXx2eyaOO84rpKKjQDaNR19JZ7ufp1F-D0wvNA")]
    public void An_envelope_that_jwcrypto_made_is_opened(string keyFile, string thumbprint)
    {
        using var device = ReadVector(keyFile);

        using var opened = KeyEnvelope.Parse(File.ReadAllBytes(VectorPath("jwcrypto.keys.json"))).Open([device]);

        Assert.Equal(thumbprint, device.PublicKey.Thumbprint);
        Assert.Equal(Key, opened.Key.ToArray());
        Assert.Equal(("0123456789abcdef", SealMode.Single, 5L, Sha256, "vision-people", 7L), (opened.KeyId, opened.Mode, opened.PlainLength, opened.PlainSha256, opened.Model, opened.Release));
    }

    [Fact]
    public void A_device_without_the_right_key_is_told_so_and_one_with_several_finds_it()
    {
        using var key = NewKey();
        var envelope = KeyEnvelope.Parse(KeyEnvelope.Seal(key, [Ec.PublicKey]));

        var error = Assert.Throws<SealException>(() => envelope.Open([OtherEc]));
        using var opened = envelope.Open([OtherEc, Rsa, Ec]);

        Assert.Equal(SealFailure.NoRecipient, error.Failure);
        Assert.Contains(OtherEc.PublicKey.Thumbprint, error.Message, StringComparison.Ordinal);
        Assert.Equal(SealFailure.NoRecipient, Assert.Throws<SealException>(() => envelope.Open([])).Failure);
        Assert.Equal(Key, opened.Key.ToArray());
    }

    [Fact]
    public void Any_flipped_bit_is_refused()
    {
        using var key = NewKey();
        var forEc = KeyEnvelope.Seal(key, [Ec.PublicKey]);
        var forRsa = KeyEnvelope.Seal(key, [Rsa.PublicKey]);

        Prop.ForAll((from ofEc in Gen.Choose(0, 1) from place in Gen.Choose(0, 1 << 20) from bit in Gen.Choose(0, 7) select (ofEc, place, bit)).ToArbitrary(), sample =>
        {
            var (envelope, device) = sample.ofEc == 1 ? (forEc.ToArray(), Ec) : (forRsa.ToArray(), Rsa);
            envelope[sample.place % envelope.Length] ^= (byte)(1 << sample.bit);
            return IsRefused(envelope, device);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void An_envelope_cut_anywhere_is_refused()
    {
        using var key = NewKey();
        var envelope = KeyEnvelope.Seal(key, [Ec.PublicKey]);

        for (var length = 0; length < envelope.Length - 1; length++) Assert.True(IsRefused(envelope[..length], Ec), $"cut to {length} of {envelope.Length}"); // the last byte is a line break
    }

    [Theory]
    [InlineData("\"tag\"", "\"extra\": 1, \"tag\"", "unknown member \"extra\"")]
    [InlineData("\"encrypted_key\"", "\"extra\": 1, \"encrypted_key\"", "unknown member \"extra\"")]
    [InlineData("\"epk\"", "\"crit\": [\"exp\"], \"epk\"", "unknown member \"crit\"")]
    [InlineData("\"kty\"", "\"d\": \"AA\", \"kty\"", "unknown member \"d\"")]
    [InlineData("ECDH-ES+A256KW", "ECDH-ES", "alg is \"ECDH-ES\"")]
    [InlineData("ECDH-ES+A256KW", "dir", "alg is \"dir\"")]
    [InlineData("ECDH-ES+A256KW", "RSA1_5", "alg is \"RSA1_5\"")]
    [InlineData("P-256", "P-521", "expected EC on P-256")]
    [InlineData("eyJlbmMiOiJBMjU2R0NNIn0", "eyJlbmMiOiJBMTI4R0NNIn0", "enc is \"A128GCM\"")]
    [InlineData("eyJlbmMiOiJBMjU2R0NNIn0", "eyJlbmMiOiJBMjU2R0NNIiwiemlwIjoiREVGIn0", "unknown member \"zip\"")]
    [InlineData("eyJlbmMiOiJBMjU2R0NNIn0", "", "the protected header")]
    public void Forms_that_are_not_ours_are_refused_with_the_reason(string old, string replacement, string reason)
    {
        using var key = NewKey();
        var envelope = Encoding.UTF8.GetString(KeyEnvelope.Seal(key, [Ec.PublicKey]));
        Assert.Contains(old, envelope, StringComparison.Ordinal);

        var error = Assert.Throws<SealException>(() => KeyEnvelope.Parse(Encoding.UTF8.GetBytes(envelope.Replace(old, replacement, StringComparison.Ordinal))).Open([Ec]));

        Assert.Equal(SealFailure.Malformed, error.Failure);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    /// <summary>A point beside the curve would make the device do arithmetic that tells of its key, bit by bit.</summary>
    [Fact]
    public void An_ephemeral_key_beside_the_curve_is_refused()
    {
        using var key = NewKey();
        var tree = JsonParser.Parse(KeyEnvelope.Seal(key, [Ec.PublicKey]));
        var recipient = tree.Find("recipients")!.Items[0];
        var header = recipient.Find("header")!;
        var epk = header.Find("epk")!.With("y", header.Find("epk")!.Find("x"));
        tree = tree.With("recipients", JsonTree.Of([recipient.With("header", header.With("epk", epk))]));

        Assert.Contains("not on the curve", Assert.Throws<SealException>(() => KeyEnvelope.Parse(JsonText.Write(tree)).Open([Ec])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_recipient_named_twice_and_too_many_of_them_are_refused()
    {
        using var key = NewKey();
        var tree = JsonParser.Parse(KeyEnvelope.Seal(key, [Ec.PublicKey]));
        var one = tree.Find("recipients")!.Items[0];
        JsonTree Named(int i) => one.With("header", one.Find("header")!.With("kid", JsonTree.Of($"{i}")));
        var many = Enumerable.Range(0, KeyEnvelope.MaxRecipients + 1).Select(Named).ToArray();

        Assert.Contains("twice", Assert.Throws<SealException>(() => KeyEnvelope.Parse(JsonText.Write(tree.With("recipients", JsonTree.Of([one, one]))))).Message, StringComparison.Ordinal);
        Assert.Contains("list of 1 to", Assert.Throws<SealException>(() => KeyEnvelope.Parse(JsonText.Write(tree.With("recipients", JsonTree.Of(many))))).Message, StringComparison.Ordinal);
        Assert.Equal(KeyEnvelope.MaxRecipients, KeyEnvelope.Parse(JsonText.Write(tree.With("recipients", JsonTree.Of(many[1..])))).Recipients.Count);
        Assert.Contains("at most", Assert.Throws<SealException>(() => KeyEnvelope.Parse(new byte[KeyEnvelope.MaxBytes + 1])).Message, StringComparison.Ordinal);
        Assert.Throws<SealException>(() => KeyEnvelope.Seal(key, []));
    }

    [Theory]
    [InlineData("""{"kid":"a","k":"KEY","seg":1048576,"plain_len":5,"plain_sha256":"SHA","model":"m","release":1}""", null)]
    [InlineData("""{"kid":"a","k":"KEY","seg":0,"plain_len":0,"plain_sha256":"SHA","model":"m","release":1}""", null)]
    [InlineData("""{"kid":"a","k":"KEY","seg":4096,"plain_len":5,"plain_sha256":"SHA","model":"m","release":1}""", "seg is 4096")]
    [InlineData("""{"kid":"a","k":"KEY","seg":0,"plain_len":-1,"plain_sha256":"SHA","model":"m","release":1}""", "plain_len is -1")]
    [InlineData("""{"kid":"a","k":"KEY","seg":0,"plain_len":1,"plain_sha256":"SHA","model":"m","release":0}""", "release 0")]
    [InlineData("""{"kid":"a","k":"KEY","seg":0,"plain_len":1.5,"plain_sha256":"SHA","model":"m","release":1}""", "\"plain_len\" is not a whole number")]
    [InlineData("""{"kid":"a","k":"KEY","seg":0,"plain_len":1,"plain_sha256":"sha","model":"m","release":1}""", "64 lowercase hex")]
    [InlineData("""{"kid":"a","k":"AAAA","seg":0,"plain_len":1,"plain_sha256":"SHA","model":"m","release":1}""", "\"k\" is not base64url of 32 bytes")]
    [InlineData("""{"kid":"a","k":"????????????????????????????????????????????","seg":0}""", "\"k\" is not base64url of 32 bytes")]
    [InlineData("""{"kid":"a","k":"+AECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8","seg":0}""", "\"k\" is not base64url of 32 bytes")]
    [InlineData("""{"kid":"a","k":"KEY","k":"KEY","seg":0,"plain_len":1,"plain_sha256":"SHA","model":"m","release":1}""", "twice")]
    [InlineData("""{"kid":"a","seg":0,"seg":0}""", "twice")]
    [InlineData("""{"kid":"a","k":"KEY","seg":0,"plain_len":1,"plain_sha256":"SHA","model":"m"}""", "expected kid, k")]
    [InlineData("""{"kid":"a","more":1}""", "unknown member \"more\"")]
    [InlineData("""{"kid":["a"]}""", "\"kid\" is not a text")]
    [InlineData("""[]""", "no JSON object")]
    [InlineData("""{"kid":"a"} x""", "no JSON")]
    [InlineData("""{"kid":"\ud800"}""", "no JSON")]
    [InlineData("", "no JSON")]
    public void The_payload_has_one_form(string payload, string? problem)
    {
        var bytes = Encoding.UTF8.GetBytes(payload.Replace("KEY", Base64UrlText.Encode(Key), StringComparison.Ordinal).Replace("SHA", Sha256, StringComparison.Ordinal));
        if (problem is null)
        {
            using var key = ReleaseKey.Read(bytes);
            Assert.Equal(Key, key.Key.ToArray());
            return;
        }

        var error = Assert.Throws<SealException>(() => ReleaseKey.Read(bytes));

        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Base64UrlText.Encode(Key), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_json_is_refused_and_never_crashes_the_reader() => Prop.ForAll(
        Json.JsonTreeGen.Trees.ToArbitrary(), tree => IsRefused(JsonText.Write(tree), Ec)).QuickCheckThrowOnFailure();

    [Fact]
    public void A_disposed_release_key_is_wiped()
    {
        var key = NewKey();
        var memory = key.Key;

        key.Dispose();

        Assert.All(memory.ToArray(), b => Assert.Equal(0, b));
    }

    private static bool IsRefused(byte[] envelope, DeviceKey device)
    {
        try
        {
            KeyEnvelope.Parse(envelope).Open([device]).Dispose();
            return false;
        }
        catch (SealException)
        {
            return true;
        }
    }

    private static ReleaseKey NewKey(SealMode mode = SealMode.Single) => new(Key, mode, 5, Sha256, "vision-people", 7);

    private static DeviceKey ReadVector(string name) => Assert.Single(DeviceKey.ReadAll(File.ReadAllText(VectorPath(name))));

    private static string VectorPath(string name) => Path.Combine(TestPaths.RepositoryRoot, "tests", "EdgeRunner.Trust.Tests", "Encryption", "vectors", name);
}
