using EdgeRunner.Native.Linux;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Native.Tests.Linux;

public sealed class CpuListTests
{
    [Theory]
    [InlineData("0-1\n", "0,1")]
    [InlineData("0", "0")]
    [InlineData("0-3,6,8-9\n", "0,1,2,3,6,8,9")]
    [InlineData("", "")]
    public void Kernel_text_gives_its_processors(string text, string expected)
    {
        Assert.True(CpuList.TryParse(text, out var cpus));
        Assert.Equal(expected, string.Join(',', cpus));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("1-")]
    [InlineData("-1")]
    [InlineData("3-1")]
    [InlineData("1,,2")]
    [InlineData("0-99999999")]
    [InlineData("1024")]
    public void Hostile_text_is_refused(string text)
    {
        Assert.False(CpuList.TryParse(text, out var cpus));
        Assert.Empty(cpus);
    }

    [Fact]
    public void What_is_written_is_read_again() => Prop.ForAll(
        Gen.Choose(0, 1023).ListOf().ToArbitrary(),
        cpus => CpuList.TryParse(CpuList.Format(cpus), out var read) && read.SequenceEqual(cpus.Distinct().Order())).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_text_is_parsed_or_refused_but_never_thrown_at() => Prop.ForAll<string>(text =>
    {
        _ = CpuList.TryParse(text, out _);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void An_absent_file_falls_back_to_what_dotnet_counts() =>
        Assert.Equal(Enumerable.Range(0, Environment.ProcessorCount), CpuList.ReadOnline("/nonexistent/online"));
}
