using System.Globalization;
using System.Text;
using EdgeRunner.Native.Linux;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Native.Tests.Linux;

public sealed class FileMappingTests
{
    // Of a daemon on Linux 6.18: text of a file that is not written back yet, relocated read-only data, data, a shared file, memory without a file, a name with spaces.
    private static readonly string Captured =
        Mapping("5604e0a00000-5604e15f4000 r-xp 00134000 fe:00 5243                       /usr/bin/edgerunner", rss: 11024, privateDirty: 64)
        + Mapping("7f5153f2d000-7f5153fad000 r--p 02bb0000 fe:00 6000                       /usr/lib/libonnxruntime.so.1", rss: 512, privateDirty: 512, anonymous: 512)
        + Mapping("7f5153fad000-7f5153fb5000 rw-p 02c30000 fe:00 6000                       /usr/lib/libonnxruntime.so.1", rss: 32, privateDirty: 32, anonymous: 32)
        + Mapping("7f5154000000-7f5154001000 r--s 00000000 00:05 2048                       /memfd:doublemapper (deleted)", rss: 4)
        + Mapping("7f515c000000-7f515d565000 rw-p 00000000 00:00 0 ", rss: 21840, privateDirty: 21840, anonymous: 21840)
        + Mapping("7f5160000000-7f5160001000 r--p 00000000 fe:00 77                         /opt/my models/x.so", rss: 4, swap: 4)
        + Mapping("ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]", rss: 0);

    [Fact]
    public void Only_a_private_unwritten_read_only_mapping_is_clean()
    {
        var mappings = FileMapping.Parse(Encoding.UTF8.GetBytes(Captured));

        Assert.Equal(
            ["/usr/bin/edgerunner", "/usr/lib/libonnxruntime.so.1", "/usr/lib/libonnxruntime.so.1", "/memfd:doublemapper (deleted)", "/opt/my models/x.so"],
            mappings.Select(mapping => mapping.Path));
        Assert.Equal([true, false, false, false, false], mappings.Select(mapping => mapping.IsCleanAndReadOnly));
        Assert.Equal(new FileMapping(0x5604e0a00000, 0xbf4000, true, 11024 * 1024, "/usr/bin/edgerunner"), mappings[0]);
    }

    [Fact]
    public void A_mapping_that_is_not_fully_described_is_not_clean()
    {
        var whole = Encoding.UTF8.GetBytes(Mapping("1000-2000 r-xp 00000000 fe:00 1 /x", rss: 4));
        Assert.True(Assert.Single(FileMapping.Parse(whole)).IsCleanAndReadOnly);
        for (var length = 0; length < whole.AsSpan().LastIndexOf("Swap:"u8); length++)
            Assert.DoesNotContain(FileMapping.Parse(whole.AsSpan(0, length)), mapping => mapping.IsCleanAndReadOnly);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("2000-1000 r-xp 00000000 fe:00 1 /x")]
    [InlineData("1000-2000 r-x")]
    [InlineData("1000-2000 r-xp")]
    [InlineData("1000-2000 r-xp 00000000")]
    [InlineData("1000-2000 r-xp 00000000 fe:00")]
    [InlineData("1000-2000 r-xp 00000000 fe:00 1")]
    [InlineData("1000 2000 r-xp 00000000 fe:00 1 /x")]
    [InlineData("1ffffffffffffffff-2ffffffffffffffff r-xp 00000000 fe:00 1 /x")]
    [InlineData("Rss: 1 kB\nSwap: 0 kB")]
    public void Text_of_another_form_has_no_mapping(string text) => Assert.Empty(FileMapping.Parse(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void No_bytes_whatever_make_the_parser_throw() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
        {
            byte[] seeded = [.. "1000-2000 r-xp 00000000 fe:00 1 /x\nRss: "u8, .. bytes];
            _ = FileMapping.Parse(bytes);
            return FileMapping.Parse(seeded).TrueForAll(mapping => !mapping.IsCleanAndReadOnly);
        }).QuickCheckThrowOnFailure();

    private static string Mapping(string head, long rss, long privateDirty = 0, long anonymous = 0, long swap = 0) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        {head}
        Size:                {rss} kB
        KernelPageSize:        4 kB
        Rss:                 {rss} kB
        Pss:                 {rss} kB
        Private_Dirty:       {privateDirty} kB
        Anonymous:           {anonymous} kB
        Swap:                {swap} kB
        VmFlags: rd ex mr mw me

        """);
}
