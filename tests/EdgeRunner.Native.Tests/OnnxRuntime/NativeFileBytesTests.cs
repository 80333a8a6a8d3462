using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Native.Tests.OnnxRuntime;

public sealed class NativeFileBytesTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(300_000)]
    public void Whole_file_is_read(int length)
    {
        using var directory = new TempDirectory();
        var content = new byte[length];
        new Random(1).NextBytes(content);
        File.WriteAllBytes(directory.File("file"), content);

        using var bytes = NativeFileBytes.Read(directory.File("file"));

        Assert.Equal(content, bytes.Span.ToArray());
        bytes.Dispose();
        Assert.Throws<ObjectDisposedException>(() => bytes.Span.Length);
    }

    [Fact]
    public void Missing_file_is_an_io_error() => Assert.ThrowsAny<IOException>(() => NativeFileBytes.Read("/nowhere/none"));
}
