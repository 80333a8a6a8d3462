using System.Text;
using EdgeRunner.Native.Linux;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Native.Tests.Linux;

public sealed class ProcessMemoryTests
{
    private const string Captured = """
        55d0c8a00000-7ffd0b5f9000 ---p 00000000 00:00 0                          [rollup]
        Rss:               31284 kB
        Pss:               12025 kB
        Pss_Dirty:          4096 kB
        Pss_Anon:           4000 kB
        Shared_Clean:      22000 kB
        Private_Dirty:      5120 kB
        Swap:                 12 kB
        SwapPss:              12 kB
        Locked:                0 kB

        """;

    [Fact]
    public void A_captured_file_gives_its_numbers_in_bytes()
    {
        Assert.True(ProcessMemory.TryParse(Encoding.UTF8.GetBytes(Captured), out var memory));
        Assert.Equal(new ProcessMemory(12025 * 1024, 31284 * 1024, 5120 * 1024, 12 * 1024), memory);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n\n")]
    [InlineData("Pss: 1 kB\n")]
    [InlineData("Rss: 1 kB\n")]
    [InlineData("Rss: 1 kB\nPss: -1 kB\n")]
    [InlineData("Rss: 1 kB\nPss: 1 MB\n")]
    [InlineData("Rss: 1 kB\nPss: 1\n")]
    [InlineData("Rss: 1 kB\nPss: kB\n")]
    [InlineData("Rss: 1 kB\nPss: 1x kB\n")]
    [InlineData("Rss: 1 kB\nPss: 99999999999999999999 kB\n")]
    [InlineData("Rss: 1 kB\nPss: 9223372036854775807 kB\n")]
    [InlineData("Rss 1 kB\nPss 1 kB\n")]
    [InlineData("Rss: 1 kB\nPss:")]
    public void Hostile_text_is_refused_without_an_exception(string text) =>
        Assert.False(ProcessMemory.TryParse(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void No_bytes_whatever_make_the_parser_throw() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
        {
            byte[] seeded = [.. "Rss: 1 kB\nPss: "u8, .. bytes];
            _ = ProcessMemory.TryParse(bytes, out _);
            return !ProcessMemory.TryParse(seeded, out var memory) || memory.PssBytes >= 0;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_missing_file_is_not_known() => Assert.Null(ProcessMemory.ReadSelf("/nonexistent"));
}
