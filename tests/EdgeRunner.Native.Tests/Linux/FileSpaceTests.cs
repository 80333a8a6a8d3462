using EdgeRunner.Native.Linux;

namespace EdgeRunner.Native.Tests.Linux;

public sealed class FileSpaceTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Reserved_file_has_its_length_and_keeps_what_is_in_it()
    {
        var path = _directory.File("part");
        File.WriteAllBytes(path, [1, 2, 3]);
        using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite))
        {
            FileSpace.Reserve(file, 1_000_000);
            Assert.Equal(1_000_000, RandomAccess.GetLength(file));
            Assert.InRange(FileSpace.Allocated(file), 1_000_000, 2_000_000);
            FileSpace.FlushContent(file);
        }

        Assert.Equal([1, 2, 3, 0], File.ReadAllBytes(path)[..4]);
    }

    [Fact]
    public void File_of_holes_takes_no_disk()
    {
        using var file = File.OpenHandle(_directory.File("holes"), FileMode.CreateNew, FileAccess.ReadWrite);
        RandomAccess.SetLength(file, 10 << 20);
        Assert.InRange(FileSpace.Allocated(file), 0, 1 << 20);
    }

    [Fact]
    public void Full_disk_is_told_apart_from_other_errors()
    {
        using var disk = SmallDisk.Mount(1 << 20);
        using var file = File.OpenHandle(disk.File("part"), FileMode.CreateNew, FileAccess.ReadWrite);
        var full = Assert.Throws<IOException>(() => FileSpace.Reserve(file, 2 << 20));
        Assert.True(FileSpace.IsNoSpace(full));
        Assert.Contains("2097152", full.Message, StringComparison.Ordinal);
        disk.FillUp();
        Assert.True(FileSpace.IsNoSpace(Assert.Throws<IOException>(() => RandomAccess.Write(file, new byte[1 << 20], 4 << 20))));

        using var readOnly = File.OpenHandle(disk.File("part"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        Assert.False(FileSpace.IsNoSpace(Assert.Throws<IOException>(() => FileSpace.Reserve(readOnly, 100))));
    }
}
