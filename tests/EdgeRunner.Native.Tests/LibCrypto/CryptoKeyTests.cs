using System.Security.Cryptography;
using EdgeRunner.Native.LibCrypto;

namespace EdgeRunner.Native.Tests.LibCrypto;

public sealed class CryptoKeyTests
{
    [Fact]
    public void The_library_says_its_version() => Assert.Contains("SSL", LibCryptoLibrary.Version, StringComparison.Ordinal);

    [Fact]
    public void Ed25519_agrees_with_the_vector_of_RFC_8032()
    {
        // Section 7.1, TEST 2.
        var key = CryptoKey.FromPublicKey(SubjectPublicKey.WrapEd25519(
            Convert.FromHexString("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")));
        var signature = Convert.FromHexString("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");

        Assert.True(key.Verify([0x72], signature));
        Assert.False(key.Verify([0x73], signature));
    }

    [Fact]
    public void Ecdsa_agrees_with_dotnet_both_ways()
    {
        using var theirs = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var ours = CryptoKey.FromPkcs8(theirs.ExportPkcs8PrivateKey());

        Assert.Equal(CryptoKeyKind.EcdsaP256, ours.Kind);
        Assert.Equal(theirs.ExportSubjectPublicKeyInfo(), ours.ExportPublicKey());
        Assert.True(ours.Verify("m"u8, theirs.SignData("m"u8.ToArray(), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)));
        Assert.True(theirs.VerifyData("m"u8, ours.Sign("m"u8), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
    }

    [Fact]
    public void Rsa_pss_agrees_with_dotnet_both_ways_and_pkcs1_does_not_pass_for_it()
    {
        using var theirs = RSA.Create(2048);
        using var ours = CryptoKey.FromPkcs8(theirs.ExportPkcs8PrivateKey());

        Assert.Equal(CryptoKeyKind.RsaPss, ours.Kind);
        Assert.True(ours.Verify("m"u8, theirs.SignData("m"u8, HashAlgorithmName.SHA256, RSASignaturePadding.Pss)));
        Assert.True(theirs.VerifyData("m"u8, ours.Sign("m"u8), HashAlgorithmName.SHA256, RSASignaturePadding.Pss));
        Assert.False(ours.Verify("m"u8, theirs.SignData("m"u8, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));
        Assert.False(ours.Verify("m"u8, theirs.SignData("m"u8, HashAlgorithmName.SHA1, RSASignaturePadding.Pss)));
    }

    [Fact]
    public void An_encrypted_key_is_read_by_dotnet_and_the_other_way_round()
    {
        using var ours = CryptoKey.Generate(CryptoKeyKind.EcdsaP256);
        using var theirs = ECDsa.Create();
        theirs.ImportEncryptedPkcs8PrivateKey("secret"u8, ours.ExportEncryptedPkcs8("secret"u8, 2_000), out _);
        Assert.Equal(ours.ExportPublicKey(), theirs.ExportSubjectPublicKeyInfo());

        var encrypted = theirs.ExportEncryptedPkcs8PrivateKey("other"u8, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 2_000));
        using var again = CryptoKey.FromEncryptedPkcs8(encrypted, "other"u8);
        Assert.Equal(ours.ExportPublicKey(), again.ExportPublicKey());
        Assert.Throws<CryptoException>(() => CryptoKey.FromEncryptedPkcs8(encrypted, "secret"u8));
    }

    [Fact]
    public void A_public_key_cannot_sign_or_be_written_as_a_private_one()
    {
        using var pair = CryptoKey.Generate(CryptoKeyKind.EcdsaP256);
        using var key = CryptoKey.FromPublicKey(pair.ExportPublicKey());

        Assert.Throws<CryptoException>(() => key.Sign("m"u8));
        Assert.ThrowsAny<Exception>(key.ExportPkcs8);
    }

    [Fact]
    public void A_point_beside_the_curve_is_no_key()
    {
        using var pair = CryptoKey.Generate(CryptoKeyKind.EcdsaP256);
        var der = pair.ExportPublicKey();
        der[^1] ^= 1;

        Assert.Throws<CryptoException>(() => CryptoKey.FromPublicKey(der));
    }

    [Fact]
    public void Keys_of_other_kinds_and_other_encodings_of_good_keys_are_refused()
    {
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);
        var good = p256.ExportSubjectPublicKeyInfo();
        byte[] compressed = [0x30, 0x39, .. good[2..23], 0x03, 0x22, 0x00, 0x02, .. good[27..59]];

        Assert.Contains("1.3.132.0.34", Refused(p384.ExportSubjectPublicKeyInfo()).Message, StringComparison.Ordinal);
        Assert.Contains("uncompressed", Refused(compressed).Message, StringComparison.Ordinal);
        Refused([.. good, 0]);
        Refused(good[..^1]);
        Refused([]);
        Refused(rsa.ExportPkcs8PrivateKey());
        Assert.Throws<CryptoException>(() => CryptoKey.FromPkcs8(p384.ExportPkcs8PrivateKey()));
        Assert.Equal(2048, SubjectPublicKey.Read(rsa.ExportSubjectPublicKeyInfo()).Bits);
    }

    private static CryptoException Refused(byte[] der) => Assert.Throws<CryptoException>(() => SubjectPublicKey.Read(der));
}
