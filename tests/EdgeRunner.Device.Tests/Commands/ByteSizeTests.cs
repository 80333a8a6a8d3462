using EdgeRunner.Device.Commands;

namespace EdgeRunner.Device.Tests.Commands;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("1", 1)]
    [InlineData("268435456", 268_435_456)]
    [InlineData("512K", 512 << 10)]
    [InlineData("256M", 256 << 20)]
    [InlineData("256m", 256 << 20)]
    [InlineData("256MiB", 256 << 20)]
    [InlineData("2G", 2L << 30)]
    public void Number_with_or_without_unit_is_read(string text, long bytes) => Assert.Equal(bytes, ByteSize.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("M")]
    [InlineData("iB")]
    [InlineData("12iB")]
    [InlineData("1.5G")]
    [InlineData("12X")]
    [InlineData(" 1")]
    [InlineData("9223372036854775807K")]
    public void Anything_else_is_none(string text) => Assert.Null(ByteSize.Parse(text));
}
