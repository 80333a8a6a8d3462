using System.Diagnostics;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Native.Tests.Linux;

public sealed class DirectoryOwnerTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void What_root_has_made_goes_to_the_owner_of_the_directory_and_nothing_outside_of_it()
    {
        var state = Directory.CreateDirectory(_directory.File("state")).FullName;
        var outside = _directory.File("outside");
        File.WriteAllText(outside, "");
        Directory.CreateDirectory(Path.Combine(state, "models", "new"));
        string[] made = [Path.Combine(state, "models"), Path.Combine(state, "models", "new"), Path.Combine(state, "models", "new", "1.0.0.ermodel"), Path.Combine(state, "pins.json")];
        foreach (var file in made[2..]) File.WriteAllText(file, "");
        var link = Path.Combine(state, "link");
        File.CreateSymbolicLink(link, outside);
        var directoryLink = Path.Combine(state, "models", "elsewhere");
        Directory.CreateSymbolicLink(directoryLink, _directory.Path);
        var second = Path.Combine(state, "second-name");
        Run("ln", outside, second);
        if (!Environment.IsPrivilegedProcess)
        {
            Assert.Equal(0, DirectoryOwner.Restore(state)); // Only root makes what others cannot use.
            return;
        }

        var others = Path.Combine(state, "others");
        File.WriteAllText(others, "");
        Run("chown", "777", others);
        Assert.Equal(0, DirectoryOwner.Restore(state)); // It is root's own.
        Run("chown", "12345:12346", state);

        Assert.Equal(made.Length, DirectoryOwner.Restore(state));

        Assert.All(made, path => Assert.Equal((12345u, 12346u), Owner(path)));
        Assert.Equal((0u, 0u), Owner(outside)); // Neither through the links nor through its second name.
        Assert.Equal((0u, 0u), Owner(link));
        Assert.Equal((0u, 0u), Owner(directoryLink));
        Assert.Equal(777u, Owner(others).User);
        Assert.Equal(0, DirectoryOwner.Restore(state));
    }

    [Fact]
    public void Missing_directory_has_nothing_to_give() => Assert.Equal(0, DirectoryOwner.Restore(_directory.File("missing")));

    private static (uint User, uint Group) Owner(string path) => FileIdentity.Read(path) is { } found ? (found.UserId, found.GroupId) : throw new FileNotFoundException(path);

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
