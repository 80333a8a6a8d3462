using System.Security.Cryptography;
using EdgeRunner.Inference.Sessions.Caching;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Inference.Tests.Sessions.Caching;

public sealed class CacheFileTests
{
    private static readonly byte[] Key = SHA256.HashData("key"u8);

    [Fact]
    public void Any_content_survives_a_round_trip() => Prop.ForAll<NonEmptyArray<byte>>(content => Verified(Sealed(content.Get)).SequenceEqual(content.Get)).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_flipped_bit_is_found() => Prop.ForAll<NonEmptyArray<byte>, NonNegativeInt>((content, where) =>
    {
        var file = Sealed(content.Get);
        var bit = where.Get * 7919 % (file.Length * 8);
        file[bit / 8] ^= (byte)(1 << (bit % 8));
        return Verified(file).Length == 0;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_cut_and_any_addition_is_found() => Prop.ForAll<NonEmptyArray<byte>, NonNegativeInt>((content, where) =>
    {
        var file = Sealed(content.Get);
        return Verified(file[..(where.Get % file.Length)]).Length == 0 && Verified([.. file, 0]).Length == 0 && Verified([0, .. file]).Length == 0;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void File_under_another_key_is_not_taken() =>
        Assert.True(CacheFile.Verify(Sealed([1, 2, 3]), SHA256.HashData("other"u8)).IsEmpty);

    private static byte[] Verified(byte[] file) => CacheFile.Verify(file, Key).ToArray();

    private static byte[] Sealed(byte[] content)
    {
        using var directory = new TempDirectory();
        File.WriteAllBytes(directory.File("file"), content);
        Assert.Equal(content.Length + CacheFile.TrailerBytes, CacheFile.Seal(directory.File("file"), Key));
        return File.ReadAllBytes(directory.File("file"));
    }
}
