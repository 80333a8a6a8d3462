using System.Diagnostics;
using System.Runtime.Versioning;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Native.Tests.Linux;

[SupportedOSPlatform("linux")]
public sealed class ConfinedFileTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly string _root;

    public ConfinedFileTests()
    {
        _root = _directory.File("root");
        Directory.CreateDirectory(Path.Combine(_root, "inner"));
        File.WriteAllText(Path.Combine(_root, "inner", "file"), "content");
        File.WriteAllText(_directory.File("secret"), "secret");
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void File_below_is_read_also_through_a_link_that_stays_below_and_a_root_that_is_a_link()
    {
        File.CreateSymbolicLink(Path.Combine(_root, "link"), "inner/file");
        File.CreateSymbolicLink(_directory.File("root-link"), _root);

        foreach (var (root, name) in new[] { (_root, "inner/file"), (_root, "link"), (_directory.File("root-link"), "inner/file") })
        {
            using var file = ConfinedFile.OpenRead(root, name);
            Assert.Equal(7, RandomAccess.GetLength(file!));
        }
    }

    [Theory]
    [InlineData("../secret")]
    [InlineData("inner/../../secret")]
    [InlineData("/etc/passwd")]
    [InlineData("inner//file")]
    [InlineData("./inner/file")]
    [InlineData("inner/")]
    [InlineData("a\0b")]
    [InlineData("")]
    public void Name_that_leads_elsewhere_is_refused(string name) => Assert.Throws<UnauthorizedAccessException>(() => ConfinedFile.OpenRead(_root, name));

    [Fact]
    public void Link_that_leads_out_is_refused_by_file_and_by_directory_and_says_where_to()
    {
        File.CreateSymbolicLink(Path.Combine(_root, "out"), "../secret");
        File.CreateSymbolicLink(Path.Combine(_root, "up"), "..");
        Directory.CreateDirectory(_root + "-beside");
        File.WriteAllText(Path.Combine(_root + "-beside", "file"), "");
        File.CreateSymbolicLink(Path.Combine(_root, "beside"), _root + "-beside");

        Assert.Contains("/secret", Assert.Throws<UnauthorizedAccessException>(() => ConfinedFile.OpenRead(_root, "out")).Message, StringComparison.Ordinal);
        Assert.Throws<UnauthorizedAccessException>(() => ConfinedFile.OpenRead(_root, "up/secret"));
        Assert.Throws<UnauthorizedAccessException>(() => ConfinedFile.OpenRead(_root, "beside/file"));
    }

    [Fact]
    public void Pipe_and_directory_are_refused_and_never_waited_for()
    {
        using (var made = Process.Start("mkfifo", Path.Combine(_root, "pipe"))) made.WaitForExit();

        Assert.Throws<UnauthorizedAccessException>(() => ConfinedFile.OpenRead(_root, "pipe"));
        Assert.Throws<UnauthorizedAccessException>(() => ConfinedFile.OpenRead(_root, "inner"));
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("inner/nothing")]
    [InlineData("inner/file/below")]
    public void What_is_not_there_is_null(string name)
    {
        Assert.Null(ConfinedFile.OpenRead(_root, name));
        Assert.Null(ConfinedFile.OpenRead(_directory.File("no-root"), name));
    }
}
