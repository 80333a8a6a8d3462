using System.Diagnostics;
using System.Runtime.Versioning;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Native.Tests.Linux;

/// <summary>Only root can give files away; for anybody else these show that nothing happens. <c>CommandTests</c> of the end-to-end tests run it as root in any case.</summary>
[SupportedOSPlatform("linux")]
public sealed class DirectoryOwnerTests : IDisposable
{
    private const string Owner = "4711:4712";
    private static readonly bool IsRoot = FileIdentity.CurrentUserId == 0;

    private readonly TempDirectory _directory = new();
    private readonly TempDirectory _elsewhere = new();

    public void Dispose()
    {
        _directory.Dispose();
        _elsewhere.Dispose();
    }

    [Fact]
    public void What_root_has_made_goes_to_the_owner_of_the_directory()
    {
        Directory.CreateDirectory(_directory.File("a/b"));
        File.WriteAllText(_directory.File("a/b/file"), "");
        ChangeOwner(Owner, _directory.Path);

        Assert.Equal(IsRoot ? 3 : 0, DirectoryOwner.GiveBack(_directory.Path));

        foreach (var path in (string[])["a", "a/b", "a/b/file"]) Assert.Equal(IsRoot ? (4711u, 4712u) : Me, OwnerOf(_directory.File(path)));
        Assert.Equal(0, DirectoryOwner.GiveBack(_directory.Path));
    }

    [Fact]
    public void Files_of_somebody_else_stay_theirs()
    {
        File.WriteAllText(_directory.File("theirs"), "");
        ChangeOwner("99:98", _directory.File("theirs"));
        ChangeOwner(Owner, _directory.Path);

        Assert.Equal(0, DirectoryOwner.GiveBack(_directory.Path));

        Assert.Equal(IsRoot ? (99u, 98u) : Me, OwnerOf(_directory.File("theirs")));
    }

    [Fact]
    public void Nothing_outside_is_given_through_a_link_or_a_second_name()
    {
        File.WriteAllText(_elsewhere.File("file"), "");
        File.WriteAllText(_elsewhere.File("other"), "");
        File.CreateSymbolicLink(_directory.File("link"), _elsewhere.File("file"));
        File.CreateSymbolicLink(_directory.File("directory"), _elsewhere.Path);
        using (var ln = Process.Start("ln", [_elsewhere.File("other"), _directory.File("name")])) ln.WaitForExit();
        ChangeOwner(Owner, _directory.Path);

        Assert.Equal(0, DirectoryOwner.GiveBack(_directory.Path));

        foreach (var file in (string[])["file", "other"]) Assert.Equal(Me, OwnerOf(_elsewhere.File(file)));
        Assert.Equal(2u, FileIdentity.Read(_elsewhere.File("other"))!.Value.HardLinks);
    }

    [Fact]
    public void A_directory_of_root_and_one_that_is_not_there_are_left_alone()
    {
        File.WriteAllText(_directory.File("file"), "");

        Assert.Equal(0, DirectoryOwner.GiveBack(_directory.Path));
        Assert.Equal(0, DirectoryOwner.GiveBack(_directory.File("file")));
        Assert.Equal(0, DirectoryOwner.GiveBack(_directory.File("none/none")));

        Assert.Equal(Me, OwnerOf(_directory.File("file")));
    }

    [Fact]
    public void Only_what_is_named_is_given_and_only_to_the_owner_that_is_meant()
    {
        Assert.True(IsRoot, "only root can give files away: run this as root or with sudo");
        foreach (var name in (string[])["key.pem", "notes", "ours/deep/file", "sub.pem/key.pem"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_directory.File(name))!);
            File.WriteAllText(_directory.File(name), "");
        }
        ChangeOwner(Owner, _directory.Path);

        Assert.Equal(0, DirectoryOwner.GiveBack(_directory.Path, static _ => true, deep: true, onlyTo: 99));
        Assert.Equal(1, DirectoryOwner.GiveBack(_directory.Path, static name => name.EndsWith(".pem", StringComparison.Ordinal), deep: false, onlyTo: 4711));
        Assert.Equal(3, DirectoryOwner.GiveBack(_directory.Path, static name => name is "ours", deep: true, onlyTo: 4711));

        foreach (var path in (string[])["key.pem", "ours", "ours/deep", "ours/deep/file"]) Assert.Equal((path, (4711u, 4712u)), (path, OwnerOf(_directory.File(path))));
        foreach (var path in (string[])["notes", "sub.pem", "sub.pem/key.pem"]) Assert.Equal((path, Me), (path, OwnerOf(_directory.File(path))));
    }

    private (uint, uint) Me => OwnerOf(_elsewhere.Path);

    private static (uint, uint) OwnerOf(string path) => FileIdentity.Read(path) is { } found ? (found.UserId, found.GroupId) : throw new FileNotFoundException(path);

    private static void ChangeOwner(string owner, string path)
    {
        if (!IsRoot) return;
        using var chown = Process.Start("chown", [owner, path]);
        chown.WaitForExit();
        Assert.Equal(0, chown.ExitCode);
    }
}
