using System.Security.Cryptography;
using System.Text;
using EdgeRunner.Trust.Encryption;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Trust.Tests.Encryption;

public sealed class SegmentedCipherTests
{
    private const string ShortKey = "6eb56cdc726dfbe5d57f2fcdc6e9345b";
    private const string LongKey = "00112233445566778899aabbccddeeff6eb56cdc726dfbe5d57f2fcdc6e9345b";
    private const string Sentence = "This is a fairly long plaintext. It is of the exact length to create three output blocks. ";
    private const string Blocks = "BLOCK 1.BLOCK 2.BLOCK 3.BLOCK 4.BLOCK 5.BLOCK 6.BLOCK 7.BLOCK 8.";

    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    /// <summary>Known answers of Tink: tink-crypto/tink-java, AesGcmHkdfStreamingTestUtil, all eight.</summary>
    public static TheoryData<string, int, int, string, string, string, string> TinkVectors => new()
    {
        { "SHA1", 16, 64, ShortKey, Sentence, "616164", "1893b3af5e14ab378d065addfc8484da642c0862877baea8db92d9c77406a406168478821c4298eab3e6d531277f4c1a051714faebcaefcbca7b7be05e9445eaa0bb2904153398a25084dd80ae0edcd1c3079fcea2cd3770630ee36f7539207b8ec9d754956d486b71cdf989f0ed6fba6779b63558be0a66e668df14e1603cd2af8944844078345286d0b292e772e7190775c51a0f83e40c0b75821027e7e538e111" },
        { "SHA1", 16, 64, ShortKey, "", "", "18ec99b2c3884194023bd41bb9bff309205354c750fa0cb3c0d02609abf71f88eaeaa48d7deca27f" },
        { "SHA256", 16, 64, ShortKey, "", "", "18be78bce0cab6fd38a9041eea8ab0ffc4cf17e3c00b661d3927f5f79069f41a210fedc40b25648c" },
        { "SHA512", 16, 64, ShortKey, "", "", "18fec8139ccb406e0f140d7e2bcc41e1b899bc1b121574cc31d1c78ed2ca1cdf324665b8dce21095" },
        { "SHA1", 16, 64, LongKey, "", "", "180880e85a24207a7b72cefde26306ed09d7d76e58104b751d005a3ffd72dd6151f0d9c8ccf163f7" },
        { "SHA1", 32, 64, LongKey, "", "", "28fae780c70a82d1256c8303a1261ac6a98cf557b4e173967a62f3c149517ba5b2431da93b3c6e90f508b34dc14bfda59bab05681c6ad3fa" },
        { "SHA1", 32, 128, LongKey, "", "", "28fae780c70a82d1256c8303a1261ac6a98cf557b4e173967a62f3c149517ba5b2431da93b3c6e90f508b34dc14bfda59bab05681c6ad3fa" },
        { "SHA1", 32, 120, LongKey, Blocks, "00010203", "28782994617714a80fa085e15051a16854522330d6d0f26c049b2192f09cdd98b2eb90c753bfff277a29e54fa4afb15d648c28477eb07f012535c767f5fdce24ffffae318480c1d37357d6d3c511159318afa09ef38aa3f5456fd7817c5c02dd6e1a7fef174c8bd24e38b5982ac105497c0101ac5581fe5b" },
    };

    [Theory]
    [MemberData(nameof(TinkVectors))]
    public async Task Known_answers_of_tink_decrypt_and_are_what_we_encrypt(string hash, int derivedBytes, int segmentBytes, string key, string plain, string associated, string cipher)
    {
        var sut = new SegmentedCipher(new HashAlgorithmName(hash), derivedBytes, segmentBytes);
        var (keyBytes, data, bytes) = (Convert.FromHexString(key), Convert.FromHexString(associated), Convert.FromHexString(cipher));

        Assert.Equal(plain, Encoding.UTF8.GetString(await Decrypt(sut, bytes, keyBytes, data)));
        Assert.Equal(bytes, await Encrypt(sut, Encoding.UTF8.GetBytes(plain), keyBytes, data, bytes[..bytes[0]]));
    }

    /// <summary>Known answers at our own parameters, made with tink-java for the tests of pgBackRest (pgbackrest/pgbackrest, the vectors testCipherGcmVectorProd): the ciphertext is given by its digest.</summary>
    [Theory]
    [InlineData(0, "28510c78c48f1170b3f845cbf6c8daad3d424746e7e1792d7ba6fdbaf551e1ec217539360bbc5200", "452ae2d7c6c8b17da025343878067628f7a7043dd089c0bee9937bafa052e016")]
    [InlineData(1, "28f0160d080660db0d0814a32644df5e16e3984a2e25cc4f85330b4298dfe0969872b55305e8fe80", "8ed13d3565ae69238346e2bf594d44d8a8d5a11f3f66a99382d795d2b2f96708")]
    [InlineData(1_048_520, "28a6e85d484ce697f0240194d24ebc1189fa9256168a9fc4a268eab2f5f75006dbc8c8f0eaf676f1", "1b3d5f45618c581b3a87e86aa439e8f74162cf94f6c558825e264db7951b1720")]
    [InlineData(1_048_521, "28daa33b3c647f7da91f40b197e40a34b3f87ed6b74595522ebefdf9fac83f1d9f889073477505f6", "ad94679d0e2e390288d7c8741f42ff3fe828b3e0f9e214708988d73673badb74")]
    public async Task Known_answers_of_tink_with_segments_of_one_mebibyte_are_what_we_encrypt(int length, string header, string sha256)
    {
        var plain = new byte[length];
        for (var i = 0; i < length; i++) plain[i] = unchecked((byte)((i * 31) + ((i >> 8) * 7) + (i >> 16)));

        var cipher = await Encrypt(SegmentedCipher.Default, plain, Key, "pgbackrest\0007\0aes-256-gcm\0demo\0archive\018-1/segment\0"u8.ToArray(), Convert.FromHexString(header));

        Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(cipher)));
    }

    [Fact]
    public void Files_of_any_length_come_back_whole_in_whatever_pieces_they_are_read() => Prop.ForAll(
        (from length in Gen.Choose(0, 400) from piece in Gen.Choose(1, 97) from associated in Gen.Choose(0, 20) select (length, piece, associated)).ToArbitrary(),
        sample =>
        {
            var plain = RandomNumberGenerator.GetBytes(sample.length);
            var data = RandomNumberGenerator.GetBytes(sample.associated);
            var cipher = Encrypt(Small, new PiecewiseStream(plain, sample.piece), Key, data).GetAwaiter().GetResult();

            return plain.AsSpan().SequenceEqual(Decrypt(Small, new PiecewiseStream(cipher, sample.piece), Key, data).GetAwaiter().GetResult());
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_flipped_bit_is_refused() => Prop.ForAll(
        (from length in Gen.Choose(0, 300) from place in Gen.Choose(0, 1 << 20) from bit in Gen.Choose(0, 7) select (length, place, bit)).ToArbitrary(),
        sample =>
        {
            var cipher = Encrypt(Small, new MemoryStream(new byte[sample.length]), Key, []).GetAwaiter().GetResult();
            cipher[sample.place % cipher.Length] ^= (byte)(1 << sample.bit);
            return IsRefused(cipher, Key, []);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task A_file_cut_anywhere_is_refused_also_between_segments()
    {
        var cipher = await Encrypt(Small, new MemoryStream(new byte[300]), Key, []);

        for (var length = 0; length < cipher.Length; length++) Assert.True(IsRefused(cipher[..length], Key, []), $"cut to {length} of {cipher.Length}");
    }

    [Fact]
    public async Task Segments_exchanged_repeated_or_added_are_refused()
    {
        var cipher = await Encrypt(Small, new MemoryStream(new byte[300]), Key, []);
        var (first, second) = (cipher[Segment..(2 * Segment)], cipher[(2 * Segment)..(3 * Segment)]);

        Assert.True(IsRefused([.. cipher[..Segment], .. second, .. first, .. cipher[(3 * Segment)..]], Key, []));
        Assert.True(IsRefused([.. cipher[..(2 * Segment)], .. cipher[Segment..]], Key, []));
        Assert.True(IsRefused([.. cipher, .. cipher[^20..]], Key, []));
        Assert.True(IsRefused([.. cipher, 0], Key, []));
    }

    [Fact]
    public async Task Another_key_model_or_release_does_not_open_it()
    {
        var cipher = await Encrypt(SegmentedCipher.Default, new MemoryStream(new byte[300]), Key, "vision|7"u8.ToArray());

        Assert.Equal(300, (await Decrypt(SegmentedCipher.Default, cipher, Key, "vision|7"u8.ToArray())).Length);
        Assert.Equal(SealFailure.NotAuthentic, (await Assert.ThrowsAsync<SealException>(() => Decrypt(SegmentedCipher.Default, cipher, Key, "vision|8"u8.ToArray()))).Failure);
        Assert.Equal(SealFailure.NotAuthentic, (await Assert.ThrowsAsync<SealException>(() => Decrypt(SegmentedCipher.Default, cipher, [.. Key.Reverse()], "vision|7"u8.ToArray()))).Failure);
    }

    [Fact]
    public async Task A_long_file_moves_one_segment_at_a_time()
    {
        const long Length = 9L << 20;
        using var plain = new ZeroStream(Length);
        using var cipher = new MemoryStream();
        var sealing = new CountingStream(cipher);
        await SegmentedCipher.Default.EncryptAsync(plain, sealing, Key, default, CancellationToken.None);
        cipher.Position = 0;
        var opening = new CountingStream(Stream.Null);
        await SegmentedCipher.Default.DecryptAsync(cipher, opening, Key, default, CancellationToken.None);

        Assert.Equal(Length, opening.Total);
        Assert.InRange(Math.Max(sealing.Largest, opening.Largest), 1, SegmentedCipher.SegmentBytes);
    }

    private const int Segment = 80;

    private static SegmentedCipher Small { get; } = new(HashAlgorithmName.SHA256, 32, Segment);

    private static bool IsRefused(byte[] cipher, byte[] key, byte[] associatedData)
    {
        try
        {
            Decrypt(Small, cipher, key, associatedData).GetAwaiter().GetResult();
            return false;
        }
        catch (SealException)
        {
            return true;
        }
    }

    private static async Task<byte[]> Encrypt(SegmentedCipher sut, byte[] plain, byte[] key, byte[] associatedData, byte[] header)
    {
        using var target = new MemoryStream();
        await sut.EncryptAsync(new MemoryStream(plain), target, key, associatedData, header, CancellationToken.None);
        return target.ToArray();
    }

    private static async Task<byte[]> Encrypt(SegmentedCipher sut, Stream plain, byte[] key, byte[] associatedData)
    {
        using var target = new MemoryStream();
        await sut.EncryptAsync(plain, target, key, associatedData, CancellationToken.None);
        return target.ToArray();
    }

    private static Task<byte[]> Decrypt(SegmentedCipher sut, byte[] cipher, byte[] key, byte[] associatedData) => Decrypt(sut, new MemoryStream(cipher), key, associatedData);

    private static async Task<byte[]> Decrypt(SegmentedCipher sut, Stream cipher, byte[] key, byte[] associatedData)
    {
        using var target = new MemoryStream();
        await sut.DecryptAsync(cipher, target, key, associatedData, CancellationToken.None);
        return target.ToArray();
    }
}
