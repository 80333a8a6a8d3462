using System.Security.Cryptography;
using EdgeRunner.Trust.Encryption;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Trust.Tests.Encryption;

public sealed class ChunkedCipherTests
{
    private static readonly byte[] Secret = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    private static ChunkedCipher Sut { get; } = new("vision-people");

    [Fact]
    public void Chunks_of_any_length_come_back_whole() => Prop.ForAll(
        (from lengths in Gen.ListOf(Gen.Choose(1, 3_000)) from piece in Gen.Choose(1, 5_000) select (Lengths: lengths.ToArray(), Piece: piece)).ToArbitrary(),
        sample =>
        {
            var plain = RandomNumberGenerator.GetBytes(sample.Lengths.Sum());
            var cipher = Encrypt(plain, sample.Lengths, Secret);

            return cipher.Length == plain.Length + (sample.Lengths.Length * ChunkedCipher.OverheadBytes)
                && plain.AsSpan().SequenceEqual(Decrypt(new PiecewiseStream(cipher, sample.Piece), Secret));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_longest_chunk_makes_a_frame_that_is_a_chunk_still()
    {
        var cipher = Encrypt(new byte[ChunkedCipher.MaxPlainBytes], [ChunkedCipher.MaxPlainBytes], Secret);

        Assert.Equal(128 << 10, cipher.Length);
        Assert.Equal(ChunkedCipher.MaxPlainBytes, Decrypt(new MemoryStream(cipher), Secret).Length);
    }

    [Fact]
    public async Task Equal_chunks_give_equal_frames_under_one_secret_and_model_and_under_no_other()
    {
        var (kept, old, next) = (RandomNumberGenerator.GetBytes(500), RandomNumberGenerator.GetBytes(400), RandomNumberGenerator.GetBytes(300));
        var first = Encrypt([.. kept, .. old], [500, 400], Secret);
        var second = Encrypt([.. next, .. kept], [300, 500], Secret);
        var frame = first[..(500 + ChunkedCipher.OverheadBytes)];

        Assert.Equal(frame, second[^frame.Length..]);
        Assert.NotEqual(frame, Encrypt(kept, [500], [.. Secret.Reverse()]));
        using var other = new MemoryStream();
        await new ChunkedCipher("vision-other").EncryptAsync(new MemoryStream(kept), [500], other, Secret, CancellationToken.None);
        Assert.NotEqual(frame, other.ToArray());
    }

    [Fact]
    public void A_frame_shows_neither_its_plaintext_nor_a_digest_of_it()
    {
        var plain = "the same sixteen"u8.ToArray();
        var cipher = Encrypt(plain, [plain.Length], Secret);

        Assert.Equal(-1, cipher.AsSpan().IndexOf(plain));
        Assert.Equal(-1, cipher.AsSpan().IndexOf(SHA256.HashData(plain)));
    }

    [Fact]
    public void Any_flipped_bit_is_refused() => Prop.ForAll(
        (from place in Gen.Choose(0, 1 << 20) from bit in Gen.Choose(0, 7) select (place, bit)).ToArbitrary(),
        sample =>
        {
            var cipher = Encrypt(new byte[600], [100, 300, 200], Secret);
            cipher[sample.place % cipher.Length] ^= (byte)(1 << sample.bit);
            return IsRefused(cipher, Secret);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_bytes_are_refused_and_never_crash_the_reader() => Prop.ForAll(
        Gen.ListOf(Gen.Choose(0, 255)).Select(l => l.Select(i => (byte)i).ToArray()).Where(b => b.Length > 0).ToArbitrary(), bytes => IsRefused(bytes, Secret)).QuickCheckThrowOnFailure();

    [Fact]
    public void A_file_that_ends_inside_a_frame_is_refused()
    {
        var cipher = Encrypt(new byte[300], [100, 200], Secret);
        const int First = 100 + ChunkedCipher.OverheadBytes;

        for (var length = 1; length < cipher.Length; length++)
        {
            if (length != First) Assert.True(IsRefused(cipher[..length], Secret), $"cut to {length} of {cipher.Length}");
        }
    }

    private static bool IsRefused(byte[] cipher, byte[] secret)
    {
        try
        {
            Decrypt(new MemoryStream(cipher), secret);
            return false;
        }
        catch (SealException)
        {
            return true;
        }
    }

    private static byte[] Encrypt(byte[] plain, int[] lengths, byte[] secret)
    {
        using var target = new MemoryStream();
        Sut.EncryptAsync(new MemoryStream(plain), lengths, target, secret, CancellationToken.None).GetAwaiter().GetResult();
        return target.ToArray();
    }

    private static byte[] Decrypt(Stream cipher, byte[] secret)
    {
        using var target = new MemoryStream();
        Sut.DecryptAsync(cipher, target, secret, CancellationToken.None).GetAwaiter().GetResult();
        return target.ToArray();
    }
}
