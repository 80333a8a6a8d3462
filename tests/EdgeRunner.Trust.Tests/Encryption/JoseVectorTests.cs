using System.Security.Cryptography;
using EdgeRunner.Trust.Encryption;
using EdgeRunner.Trust.Json;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Trust.Tests.Encryption;

/// <summary>The examples of the RFCs.</summary>
public sealed class JoseVectorTests
{
    private const string Kek = "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F";

    [Theory]
    [InlineData(16, "00112233445566778899AABBCCDDEEFF", "1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5")] // 4.1
    [InlineData(24, "00112233445566778899AABBCCDDEEFF", "96778B25AE6CA435F92B5B97C050AED2468AB8A17AD84E5D")] // 4.2
    [InlineData(32, "00112233445566778899AABBCCDDEEFF", "64E8C3F9CE0F5BA263E9777905818A2A93C8191E7D6E8AE7")] // 4.3
    [InlineData(24, "00112233445566778899AABBCCDDEEFF0001020304050607", "031D33264E15D33268F24EC260743EDCE1C6C7DDEE725A936BA814915C6762D2")] // 4.4
    [InlineData(32, "00112233445566778899AABBCCDDEEFF0001020304050607", "A8F9BC1612C68B3FF6E6F4FBE30E71E4769C8B80A32CB8958CD5D17D6B254DA1")] // 4.5
    [InlineData(32, "00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F", "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21")] // 4.6
    public void Keys_wrap_as_in_rfc_3394(int kekBytes, string key, string wrapped)
    {
        var kek = Convert.FromHexString(Kek)[..kekBytes];

        Assert.Equal(wrapped, Convert.ToHexString(AesKeyWrap.Wrap(kek, Convert.FromHexString(key))));
        Assert.Equal(key, Convert.ToHexString(AesKeyWrap.TryUnwrap(kek, Convert.FromHexString(wrapped))!));
    }

    [Fact]
    public void A_wrapped_key_with_any_bit_flipped_does_not_unwrap() => Prop.ForAll(
        (from place in Gen.Choose(0, 39) from bit in Gen.Choose(0, 7) select (place, bit)).ToArbitrary(),
        sample =>
        {
            var kek = RandomNumberGenerator.GetBytes(32);
            var wrapped = AesKeyWrap.Wrap(kek, RandomNumberGenerator.GetBytes(32));
            wrapped[sample.place] ^= (byte)(1 << sample.bit);
            return AesKeyWrap.TryUnwrap(kek, wrapped) is null;
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(39)]
    [InlineData(41)]
    public void What_has_not_the_length_of_a_wrapped_key_does_not_unwrap(int length) => Assert.Null(AesKeyWrap.TryUnwrap(new byte[32], new byte[length]));

    [Fact]
    public void Agreement_and_derivation_give_the_key_of_rfc_7518_appendix_c()
    {
        using var bob = ECDiffieHellman.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = Bytes("weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ"), Y = Bytes("e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck") },
            D = Bytes("VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw"),
        });
        var alice = DevicePublicKey.FromJwk(JsonParser.Parse("""{"kty":"EC","crv":"P-256","x":"gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0","y":"SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps"}"""u8));
        using var key = Assert.Single(DeviceKey.ReadAll(bob.ExportPkcs8PrivateKeyPem()));

        var secret = key.Agree(alice);

        Assert.Equal([158, 86, 217, 29, 129, 113, 53, 211, 114, 131, 66, 131, 191, 132, 38, 156, 251, 49, 110, 163, 218, 128, 106, 72, 246, 218, 167, 121, 140, 254, 144, 196], secret);
        Assert.Equal("VqqN6vgjbSBcIijNcacQGg", Base64UrlText.Encode(ConcatKdf.Derive(secret, "A128GCM", "Alice"u8, "Bob"u8, 16)));
    }

    [Fact]
    public void The_thumbprint_is_that_of_rfc_7638()
    {
        var key = DevicePublicKey.FromJwk(JsonParser.Parse("""
            {"kty":"RSA","e":"AQAB","alg":"RS256","kid":"2011-04-29",
             "n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"}
            """u8));

        Assert.Equal(("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", "RSA 2048"), (key.Thumbprint, key.Title));
    }

    [Theory]
    [InlineData("AA", new byte[] { 0 })]
    [InlineData("", new byte[0])]
    [InlineData("-_8", new byte[] { 0xfb, 0xff })]
    [InlineData("AB", null)] // bits beyond the last byte
    [InlineData("AA==", null)]
    [InlineData("A A", null)]
    [InlineData("AA\n", null)]
    [InlineData("A", null)]
    [InlineData("+/8", null)]
    [InlineData("AAAAAAAAAA", null)] // more than is allowed here
    public void Base64url_has_one_form(string text, byte[]? bytes) => Assert.Equal(bytes, Base64UrlText.TryDecode(text, 4));

    private static byte[] Bytes(string text) => Base64UrlText.TryDecode(text, 32)!;
}
