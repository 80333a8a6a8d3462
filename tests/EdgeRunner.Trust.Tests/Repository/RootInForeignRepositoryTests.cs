using System.Diagnostics;
using System.Runtime.Versioning;
using EdgeRunner.Native.Linux;
using EdgeRunner.Trust.Keys;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Trust.Tests.Repository;

/// <summary>Root works in a repository of a depot's user, whose account somebody else may have taken over. These need root, and say so.</summary>
[SupportedOSPlatform("linux")]
public sealed class RootInForeignRepositoryTests : IAsyncLifetime, IDisposable
{
    private const uint Depot = 65534;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly WrittenRepository _repository = new();
    private readonly TempDirectory _roots = new();

    private RepositoryLayout Layout => _repository.Layout;

    public async Task InitializeAsync()
    {
        Assert.True(FileIdentity.CurrentUserId == 0, "only root can work in another user's repository: run this as root or with sudo");
        await _repository.InitAsync();
        await _repository.AddModelAsync("one/1.0.0.ermodel", "one");
        Chown("65534:65534", "-R", _repository.Path, _repository.OnlineKeys);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _repository.Dispose();
        _roots.Dispose();
    }

    [Fact]
    public async Task What_root_changes_is_the_owners_and_a_bundle_that_only_root_may_read_can_be_added()
    {
        var bundle = Secret("bundle");

        await _repository.ChangeAsync(r => r.AddTarget(role: null, "models/two/1.0.0.ermodel", bundle, custom: null, expectedSha256: null), [.. _repository.TeamKeys]);
        await _repository.RefreshAsync(all: true);

        Assert.All(Directory.GetFileSystemEntries(_repository.Path, "*", SearchOption.AllDirectories), path => Assert.Equal((path, Depot), (path, OwnerOf(path))));
        await _repository.AssertValidAsync();
        Assert.Equal("bundle", await _repository.NewDevice().DownloadAsync("models/two/1.0.0.ermodel"));
    }

    [Fact]
    public async Task A_link_in_the_place_of_the_lock_or_of_its_note_changes_no_file_of_root()
    {
        var (note, held) = (Secret("note"), Secret("lock"));
        foreach (var (link, to) in (ReadOnlySpan<(string, string)>)[(".lock-owner", note), (".lock", held)])
        {
            File.Delete(Path.Combine(_repository.Path, link));
            File.CreateSymbolicLink(Path.Combine(_repository.Path, link), to);
        }

        var refused = await Assert.ThrowsAsync<UnauthorizedAccessException>(() => _repository.RefreshAsync());
        File.Delete(Path.Combine(_repository.Path, ".lock"));
        await _repository.RefreshAsync();

        Assert.Contains(Path.Combine(_repository.Path, ".lock"), refused.Message, StringComparison.Ordinal);
        AssertUntouched("note", "lock");
        Assert.Null(new FileInfo(Path.Combine(_repository.Path, ".lock-owner")).LinkTarget);
    }

    [Fact]
    public async Task A_link_in_the_place_of_a_directory_lets_root_make_and_delete_nothing_behind_it()
    {
        var swept = Secret(".swept.tmp");
        Directory.CreateSymbolicLink(Path.Combine(Layout.Targets, "x"), _roots.Path);
        Directory.Delete(Layout.Staged);
        var behind = Directory.CreateDirectory(_roots.File("behind")).FullName;
        Directory.CreateSymbolicLink(Layout.Staged, behind);

        var refused = await Assert.ThrowsAsync<UnauthorizedAccessException>(() => _repository.AddModelAsync("one/1.0.1.ermodel", "one again"));

        Assert.Contains($"{Path.Combine(Layout.Staged, ".models%2Fmain.json.tmp")}' is denied. Root changes a repository with the rights of its owner, here of user {Depot}: look whether a link", refused.Message, StringComparison.Ordinal);
        Assert.Equal([swept, behind], Directory.GetFileSystemEntries(_roots.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
        AssertUntouched(".swept.tmp");
    }

    [Fact]
    public async Task A_file_behind_a_link_is_not_swept_away_in_a_repository_of_ones_own_either()
    {
        Chown("0:0", "-R", _repository.Path, _repository.OnlineKeys);
        var kept = Secret(".kept.tmp");
        Directory.CreateSymbolicLink(Path.Combine(Layout.Targets, "x"), _roots.Path);
        File.WriteAllText(Path.Combine(Layout.Targets, "models", ".left.tmp"), "");

        await _repository.RefreshAsync();

        Assert.True(File.Exists(kept));
        Assert.False(File.Exists(Path.Combine(Layout.Targets, "models", ".left.tmp")));
    }

    [Fact]
    public void A_link_of_the_name_of_a_temporary_file_is_replaced_and_not_written_through()
    {
        var secret = Secret("secret");
        File.CreateSymbolicLink(_repository.File("link"), secret);

        RepositoryDisk.Instance.Write(_repository.File("link"), "published"u8);

        Assert.Null(new FileInfo(_repository.File("link")).LinkTarget);
        Assert.Equal(OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead, File.GetUnixFileMode(_repository.File("link")));
        AssertUntouched("secret");
    }

    [Fact]
    public async Task A_link_that_appears_beside_the_file_that_is_being_written_opens_nothing_to_others()
    {
        var secret = Secret("secret");
        // What an intruder who watches the directory does, at the worst moment: the temporary file is a link when its rights are set.
        var link = Path.Combine(Layout.Metadata, ".link.tmp");
        File.CreateSymbolicLink(link, secret);
        var disk = OwnersDisk.Of(new SwappingDisk(link), FileOwner.Of(_repository.Path));

        Assert.Throws<UnauthorizedAccessException>(() => disk.Write(link, "x"u8));
        Assert.Throws<UnauthorizedAccessException>(() => disk.CreateDirectory(link));

        AssertUntouched("secret");
        await _repository.AssertValidAsync();
    }

    [Fact]
    public async Task A_file_in_the_repository_that_turns_out_to_be_somebody_elses_is_not_copied_to_where_all_can_read_it()
    {
        var link = Path.Combine(Layout.Staged, ".seal.tmp");
        File.CreateSymbolicLink(link, Secret("secret"));

        var refused = await Assert.ThrowsAsync<RepositoryException>(() => _repository.ChangeAsync(r => r.AddTarget(role: null, "models/one/2.0.0.ermodel", link, custom: null, expectedSha256: null), [.. _repository.TeamKeys]));

        Assert.Equal(RepositoryFailure.Refused, refused.Failure);
        Assert.DoesNotContain(Directory.GetFiles(Layout.Targets, "*", SearchOption.AllDirectories), f => File.ReadAllText(f) is "secret");
    }

    [Fact]
    public async Task Settings_that_name_a_directory_of_somebody_else_give_nothing_of_it_away()
    {
        var foreign = _repository.File("foreign");
        Directory.Move(_repository.OnlineKeys, foreign);
        var mine = Path.Combine(foreign, "mine.pem");
        File.WriteAllText(mine, KeyPair.Generate().ToPem());
        Chown("1234:1234", foreign);
        PointTo(foreign);

        await _repository.RefreshAsync();

        Assert.Equal(0u, OwnerOf(mine));
    }

    [Fact]
    public async Task Of_the_directory_of_online_keys_only_keys_are_given_and_of_the_repository_only_its_own_files()
    {
        var home = _repository.OnlineKeys;
        Directory.CreateDirectory(Path.Combine(home, "sub"));
        Directory.CreateDirectory(Path.Combine(_repository.Path, "backup"));
        string[] kept = [Path.Combine(home, ".bash_history"), Path.Combine(home, "sub", "a.pem"), Path.Combine(_repository.Path, "notes"), Path.Combine(_repository.Path, "backup", "notes")];
        Array.ForEach(kept, f => File.WriteAllText(f, "root's"));
        var key = Path.Combine(home, "made.pem");
        File.WriteAllText(key, KeyPair.Generate().ToPem());
        var left = Path.Combine(Layout.Targets, "left-by-an-older-one");
        File.WriteAllText(left, "");

        await _repository.RefreshAsync();

        Assert.All(kept, file => Assert.Equal((file, 0u), (file, OwnerOf(file))));
        Assert.Equal((Depot, Depot), (OwnerOf(key), OwnerOf(left)));
    }

    [Fact]
    public void When_opening_fails_in_a_copy_without_a_lock_file_its_owner_can_still_lock_it()
    {
        File.Delete(Path.Combine(_repository.Path, ".lock"));
        File.Delete(Path.Combine(_repository.Path, ".lock-owner"));
        File.WriteAllText(Layout.StagedFile("targets"), "damaged");

        Assert.Throws<RepositoryException>(() => _repository.Open());

        Assert.All((string[])[".lock", ".lock-owner"], name => Assert.Equal((name, Depot), (name, OwnerOf(Path.Combine(_repository.Path, name)))));
    }

    [Fact]
    public void What_an_older_edgefleet_left_of_roots_lock_does_not_stop_the_owner_any_more()
    {
        Chown("0:0", Path.Combine(_repository.Path, ".lock"), Path.Combine(_repository.Path, ".lock-owner"));

        _repository.Open().Dispose();

        Assert.Equal(Depot, OwnerOf(Path.Combine(_repository.Path, ".lock")));
    }

    [Fact]
    public void A_repository_that_root_makes_in_a_directory_of_the_depot_is_the_depots()
    {
        var place = _repository.File("new");
        Directory.CreateDirectory(place);
        Chown("65534:65534", place);

        TufRepository.Create(place, _repository.Plan(), _repository.Time).Dispose();

        Assert.All(Directory.GetFileSystemEntries(place, "*", SearchOption.AllDirectories), path => Assert.Equal((path, Depot), (path, OwnerOf(path))));
    }

    private static uint OwnerOf(string path) => FileIdentity.Read(path)!.Value.UserId;

    private static void Chown(params string[] words)
    {
        using var chown = Process.Start("chown", words);
        chown.WaitForExit();
        Assert.Equal(0, chown.ExitCode);
    }

    private string Secret(string name)
    {
        File.WriteAllText(_roots.File(name), name);
        File.SetUnixFileMode(_roots.File(name), OwnerOnly);
        return _roots.File(name);
    }

    private void AssertUntouched(params string[] names) =>
        Assert.All(names, name => Assert.Equal((name, OwnerOnly, 0u), (File.ReadAllText(_roots.File(name)), File.GetUnixFileMode(_roots.File(name)), OwnerOf(_roots.File(name)))));

    private void PointTo(string onlineKeys) => File.WriteAllText(Layout.SettingsFile, File.ReadAllText(Layout.SettingsFile).Replace(_repository.OnlineKeys, onlineKeys, StringComparison.Ordinal));

    /// <summary>A disk in whose way a link lies when it sets rights by a path, and when it writes.</summary>
    private sealed class SwappingDisk(string link) : IRepositoryDisk
    {
        public void CreateDirectory(string path) => File.SetUnixFileMode(link, OwnerOnly | UnixFileMode.OtherRead);

        public void Write(string path, ReadOnlySpan<byte> content) => File.WriteAllBytes(link, content);

        public (byte[] Sha256, long Length) Copy(Microsoft.Win32.SafeHandles.SafeFileHandle from, string to) => throw new NotSupportedException();

        public void Rename(string from, string to) => throw new NotSupportedException();

        public void Delete(string path) => throw new NotSupportedException();

        public void FlushDirectory(string path) => throw new NotSupportedException();
    }
}
