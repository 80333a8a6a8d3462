using System.Runtime.Versioning;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Native.Tests.Linux;

[SupportedOSPlatform("linux")]
public sealed class FileIdentityTests
{
    [Theory]
    [InlineData(0x180, true)]   // 0600
    [InlineData(0x1A4, true)]   // 0644
    [InlineData(0x1B4, false)]  // 0664
    [InlineData(0x182, false)]  // 0602
    public void File_is_ours_when_nobody_else_may_write_it(int mode, bool isOurs)
    {
        using var directory = new TempDirectory();
        var file = directory.File("file");
        File.WriteAllText(file, "");
        File.SetUnixFileMode(file, (UnixFileMode)mode);

        var identity = FileIdentity.Read(file)!.Value;

        Assert.Equal((true, false, mode, 1u), (identity.IsRegularFile, identity.IsDirectory, identity.Mode, identity.HardLinks));
        Assert.Equal(FileIdentity.CurrentUserId, identity.UserId);
        Assert.Equal(isOurs, identity.IsOurs);
    }

    [Fact]
    public void Link_is_neither_file_nor_directory_and_is_not_followed()
    {
        using var directory = new TempDirectory();
        File.CreateSymbolicLink(directory.File("link"), directory.Path);

        var link = FileIdentity.Read(directory.File("link"))!.Value;

        Assert.False(link.IsDirectory || link.IsRegularFile);
        Assert.True(FileIdentity.Read(directory.Path)!.Value.IsDirectory);
    }

    [Fact]
    public void File_of_another_user_is_not_ours() =>
        Assert.Equal(FileIdentity.CurrentUserId == 0, FileIdentity.Read("/proc/1/status")!.Value.IsOurs);

    [Fact]
    public void Nothing_is_nothing() => Assert.Null(FileIdentity.Read("/proc/self/status/none"));
}
