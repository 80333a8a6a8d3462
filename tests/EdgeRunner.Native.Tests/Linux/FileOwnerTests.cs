using System.Diagnostics;
using System.Runtime.Versioning;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Native.Tests.Linux;

/// <summary>Only root can act for others: these need root, and say so.</summary>
[SupportedOSPlatform("linux")]
public sealed class FileOwnerTests : IDisposable
{
    private const uint Somebody = 65534;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TempDirectory _theirs = new();
    private readonly TempDirectory _roots = new();

    public FileOwnerTests()
    {
        Assert.True(FileIdentity.CurrentUserId == 0, "only root can act for others: run this as root or with sudo");
        ChangeOwner("65534:4712", _theirs.Path);
    }

    public void Dispose()
    {
        _theirs.Dispose();
        _roots.Dispose();
    }

    [Fact]
    public void What_root_makes_as_the_owner_of_a_directory_is_the_owners()
    {
        var owner = FileOwner.Of(_theirs.Path);
        using (owner.Enter())
        {
            Directory.CreateDirectory(_theirs.File("a"));
            File.WriteAllText(_theirs.File("a/file"), "");
        }

        Assert.Equal(new FileOwner(Somebody, 4712), owner);
        foreach (var path in (string[])["a", "a/file"]) Assert.Equal((path, Somebody, 4712u), (path, FileIdentity.Read(_theirs.File(path))!.Value.UserId, FileIdentity.Read(_theirs.File(path))!.Value.GroupId));
        File.WriteAllText(_roots.File("file"), "");
        Assert.Equal((0u, OwnerOfProcess()), (FileIdentity.Read(_roots.File("file"))!.Value.UserId, FileIdentity.Read(_roots.File("file"))!.Value.GroupId));
    }

    [Fact]
    public void No_link_of_the_owner_leads_to_what_is_roots_alone()
    {
        var secret = _roots.File("secret");
        File.WriteAllText(secret, "root's");
        File.SetUnixFileMode(secret, OwnerOnly);
        File.CreateSymbolicLink(_theirs.File("file"), secret);
        File.CreateSymbolicLink(_theirs.File("directory"), _roots.Path);

        using (FileOwner.Of(_theirs.Path).Enter())
        {
            Assert.Throws<UnauthorizedAccessException>(() => File.WriteAllText(_theirs.File("file"), "theirs"));
            Assert.Throws<UnauthorizedAccessException>(() => File.SetUnixFileMode(_theirs.File("file"), OwnerOnly | UnixFileMode.OtherRead));
            Assert.Throws<UnauthorizedAccessException>(() => File.WriteAllText(_theirs.File("directory/new"), ""));
            Assert.Throws<UnauthorizedAccessException>(() => File.Delete(_theirs.File("directory/secret")));
        }

        Assert.Equal(("root's", OwnerOnly), (File.ReadAllText(secret), File.GetUnixFileMode(secret)));
        Assert.Equal(secret, Assert.Single(Directory.GetFiles(_roots.Path)));
    }

    [Fact]
    public void The_groups_of_root_give_the_owner_nothing()
    {
        File.SetUnixFileMode(_roots.Path, UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute);
        using (FileOwner.Of(_theirs.Path).Enter()) Assert.Throws<UnauthorizedAccessException>(() => File.WriteAllText(_roots.File("new"), ""));

        File.WriteAllText(_roots.File("new"), ""); // and root is root again
    }

    [Fact]
    public void A_directory_is_reached_through_one_that_is_closed_to_its_owner_and_what_root_may_read_can_be_read()
    {
        var volume = _roots.File("volume");
        Directory.CreateDirectory(volume);
        ChangeOwner("65534", volume);
        File.WriteAllText(_roots.File("bundle"), "content");

        using (FileOwner.Of(volume).Enter()) File.WriteAllText(Path.Combine(volume, "copy"), File.ReadAllText(_roots.File("bundle")));

        Assert.Equal(Somebody, FileIdentity.Read(Path.Combine(volume, "copy"))!.Value.UserId);
    }

    [Fact]
    public void Root_stays_root_in_its_own_directory_and_behind_a_link_the_owner_of_its_target_counts()
    {
        File.CreateSymbolicLink(_roots.File("link"), _theirs.Path);

        Assert.Equal(default, FileOwner.Of(_roots.Path));
        Assert.Equal(default, FileOwner.Of(_roots.File("none")));
        Assert.Equal(Somebody, FileOwner.Of(_roots.File("link")).UserId);
        using (default(FileOwner).Enter()) File.WriteAllText(_theirs.File("file"), "");
        Assert.Equal(0u, FileIdentity.Read(_theirs.File("file"))!.Value.UserId);
    }

    [Fact]
    public void Rights_are_added_to_a_directory_and_never_through_a_link()
    {
        File.SetUnixFileMode(_roots.Path, OwnerOnly | UnixFileMode.UserExecute);
        File.CreateSymbolicLink(_theirs.File("link"), _roots.Path);

        Assert.Throws<IOException>(() => DirectorySync.AddMode(_theirs.File("link"), UnixFileMode.OtherRead));
        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(_roots.Path));
        DirectorySync.AddMode(_roots.Path, UnixFileMode.OtherRead);
        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute | UnixFileMode.OtherRead, File.GetUnixFileMode(_roots.Path));
    }

    private uint OwnerOfProcess() => FileIdentity.Read(_roots.Path)!.Value.GroupId;

    private static void ChangeOwner(string owner, string path)
    {
        using var chown = Process.Start("chown", [owner, path]);
        chown.WaitForExit();
        Assert.Equal(0, chown.ExitCode);
    }
}
