using System.Text;
using EdgeRunner.Native.LibCrypto;
using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Keys;
using EdgeRunner.Trust.Metadata;
using EdgeRunner.Trust.Repository;
using EdgeRunner.Trust.Tests.Repository;

namespace EdgeRunner.Trust.Tests.Interop;

/// <summary>tuf-js 4 reads what our repository writer wrote, over HTTP.</summary>
public sealed class TufJsTests : IDisposable
{
    private const string Model = "models/vision/1.0.0.ermodel";

    // Making them takes a third of a second each, so all tests have the same; two, because a rotation needs another one.
    private static readonly Lazy<KeyPair[]> RsaKeys = new(() => [KeyPair.Generate(CryptoKeyKind.RsaPss), KeyPair.Generate(CryptoKeyKind.RsaPss)]);

    private readonly Peer _peer = Peer.TufJs();
    private readonly WrittenRepository _repository = new();
    private readonly List<KeyPair> _people = [];

    public void Dispose()
    {
        _peer.Dispose();
        _repository.Dispose();
    }

    [Theory]
    [InlineData(CryptoKeyKind.EcdsaP256)]
    [InlineData(CryptoKeyKind.RsaPss)]
    [InlineData(CryptoKeyKind.Ed25519)]
    public async Task It_reads_a_repository_signed_by_keys_of_each_kind(CryptoKeyKind kind)
    {
        _repository.Root[0] = Key(kind);
        _repository.Targets[0] = Key(kind);
        _repository.TeamKeys[0] = Key(kind);
        await StartAsync();
        foreach (var role in (string[])[RoleNames.Snapshot, RoleNames.Timestamp, "rollout"])
        {
            await RotateAsync(role, kind);
        }

        var read = Read("new", Model, "models/vision/2.0.0.ermodel");

        AssertRead(read);
        Assert.Equal(JsonTree.Null, read.Find("files")!.Find("models/vision/2.0.0.ermodel"));
    }

    [Theory]
    [InlineData(RoleNames.Root)]
    [InlineData(RoleNames.Targets)]
    [InlineData(RoleNames.Snapshot)]
    [InlineData(RoleNames.Timestamp)]
    [InlineData(WrittenRepository.Team)]
    [InlineData("rollout")]
    public async Task It_follows_the_rotation_of_a_role_to_keys_of_each_kind(string role)
    {
        await StartAsync();
        AssertRead(Read("old", Model));

        foreach (var kind in Enum.GetValues<CryptoKeyKind>())
        {
            await RotateAsync(role, kind);
            await _repository.ChangeAsync(r => r.AddTarget(role: null, Model, _repository.Content(kind.ToString()), custom: null, expectedSha256: null), [.. _people]);

            AssertRead(Read("old", Model), kind.ToString());
            AssertRead(Read(kind.ToString(), Model), kind.ToString());
        }

        await _repository.RefreshAsync(all: true);
        AssertRead(Read("old", Model), "Ed25519");
    }

    [Fact]
    public async Task It_passes_over_what_a_role_remembers_of_removed_releases()
    {
        await StartAsync();
        const string Removed = "models/vision/0.9.0.ermodel";
        var number = JsonTree.Of(new Dictionary<string, JsonTree>(StringComparer.Ordinal) { ["release"] = JsonTree.Of(1) });
        await _repository.ChangeAsync(r => r.AddTarget(role: null, Removed, _repository.Content("removed"), number, expectedSha256: null), [.. _people]);
        await _repository.ChangeAsync(r => r.RemoveTarget(WrittenRepository.Team, Removed), [.. _people]);
        Assert.Equal([Removed], RemovedTargets.All(RepositoryContent.Read(_repository.Layout)).Keys);

        AssertRead(Read("new", Model, Removed));
        Assert.Equal(JsonTree.Null, Read("again", Model, Removed).Find("files")!.Find(Removed));
    }

    [Fact]
    public async Task It_follows_a_delegation_that_came_later_and_one_by_a_name_of_many_characters()
    {
        await StartAsync();
        AssertRead(Read("old", Model));
        const string Name = "teams/größe (1) & 'co' 100%!*";
        var team = Key(CryptoKeyKind.EcdsaP256);
        await _repository.ChangeAsync(r => r.AddDelegation(new NewDelegation(Name, WrittenRepository.Role([team], 1), ["apps/*"])), [.. _people]);
        await _repository.ChangeAsync(r => r.AddTarget(role: null, "apps/x", _repository.Content("x"), custom: null, expectedSha256: null), [.. _people]);

        var read = Read("old", "apps/x", Model);

        Assert.Equal("x", Encoding.UTF8.GetString(Convert.FromBase64String(read.Find("files")!.Find("apps/x")!.Text)));
        Assert.Equal(2, read.Find("versions")!.Find(Name)!.Integer);
    }

    [Fact]
    public async Task It_goes_on_when_a_delegation_was_taken_away_and_old_files_were_removed()
    {
        await StartAsync();
        var team = Key(CryptoKeyKind.Ed25519);
        var delegation = new NewDelegation("teams/apps", WrittenRepository.Role([team], 1), ["apps/*"]);
        await _repository.ChangeAsync(r => r.AddDelegation(delegation), [.. _people]);
        await _repository.ChangeAsync(r => r.AddTarget(role: null, "apps/x", _repository.Content("x"), custom: null, expectedSha256: null), [.. _people]);
        Assert.Equal("x", Text(Read("old", "apps/x", Model)));

        await _repository.ChangeAsync(r => r.RemoveDelegation("teams/apps"), [.. _people]);
        foreach (var file in Directory.EnumerateFiles(_repository.Path, "*.*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch);
        }
        using (var open = _repository.Open())
        {
            Assert.NotEmpty(open.Prune(TimeSpan.Zero, removing: null, CancellationToken.None).Unneeded);
        }
        foreach (var client in (string[])["old", "new"])
        {
            var read = Read(client, "apps/x", Model);
            AssertRead(read);
            Assert.Equal(JsonTree.Null, read.Find("files")!.Find("apps/x"));
        }

        await _repository.ChangeAsync(r => r.AddDelegation(delegation), [.. _people]);
        await _repository.ChangeAsync(r => r.AddTarget(role: null, "apps/x", _repository.Content("y"), custom: null, expectedSha256: null), [.. _people]);
        Assert.Equal("y", Text(Read("old", "apps/x", Model)));

        static string Text(JsonTree read)
        {
            Assert.True(read.Find("refused") is null, read.ToString());
            return Encoding.UTF8.GetString(Convert.FromBase64String(read.Find("files")!.Find("apps/x")!.Text));
        }
    }

    [Fact]
    public async Task It_refuses_what_we_refuse()
    {
        await StartAsync();
        Assert.Null(Read("old", Model).Find("refused"));
        var timestamp = _repository.Layout.RoleFile(RoleNames.Timestamp, 0);
        var good = await File.ReadAllTextAsync(timestamp);

        await File.WriteAllTextAsync(timestamp, good.Replace("x-signed-at", "x-signed-by", StringComparison.Ordinal));
        Assert.Contains("signed", Read("changed", Model).Find("refused")!.Text, StringComparison.Ordinal);

        await File.WriteAllTextAsync(timestamp, good);
        _repository.Time.Advance(TimeSpan.FromDays(2));
        Assert.Contains("expired", Read("frozen", Model).Find("refused")!.Text, StringComparison.Ordinal);
    }

    private async Task StartAsync()
    {
        _people.AddRange([.. _repository.Root, .. _repository.Targets, .. _repository.TeamKeys]);
        await _repository.InitAsync();
        await _repository.AddModelAsync("vision/1.0.0.ermodel", "first");
    }

    /// <summary>Gives a role one new key; everybody who ever had one signs.</summary>
    private async Task RotateAsync(string role, CryptoKeyKind kind)
    {
        var next = Key(kind);
        if (role is RoleNames.Snapshot or RoleNames.Timestamp or "rollout")
        {
            await File.WriteAllTextAsync(Path.Combine(_repository.OnlineKeys, $"{role}-{kind}.pem"), next.ToPem());
        }
        var report = await _repository.ChangeAsync(r => r.ReplaceKeys(role, WrittenRepository.Role([next], 1)), [.. _people]);
        Assert.Empty(report.Waiting);
        Assert.NotEmpty(report.Published);
    }

    private KeyPair Key(CryptoKeyKind kind)
    {
        var key = kind is not CryptoKeyKind.RsaPss ? KeyPair.Generate(kind) : RsaKeys.Value[_people.Count(p => RsaKeys.Value.Contains(p)) % 2];
        _people.Add(key);
        return key;
    }

    private void AssertRead(JsonTree read, string content = "first")
    {
        Assert.True(read.Find("refused") is null, read.ToString());
        Assert.Equal(content, Encoding.UTF8.GetString(Convert.FromBase64String(read.Find("files")!.Find(Model)!.Text)));
        var published = RepositoryContent.Read(_repository.Layout);
        foreach (var role in (string[])[RoleNames.Root, RoleNames.Timestamp, RoleNames.Snapshot, RoleNames.Targets, WrittenRepository.Team])
        {
            Assert.Equal((role, published.VersionOf(role)), (role, read.Find("versions")!.Find(role)!.Integer));
        }
    }

    /// <summary>Lets a client, with what it knows from earlier, find and fetch targets.</summary>
    private JsonTree Read(string client, params string[] paths)
    {
        var state = _repository.File("state-" + client);
        var downloads = _repository.File("downloads-" + client);
        if (!Directory.Exists(state))
        {
            Directory.CreateDirectory(state);
            Directory.CreateDirectory(downloads);
            File.Copy(_repository.Layout.RoleFile(RoleNames.Root, 1), Path.Combine(state, "root.json"));
        }
        return _peer.Ask(Peer.Request("update", ("metadata", JsonTree.Of(_repository.Layout.Metadata)), ("targets", JsonTree.Of(_repository.Layout.Targets)),
            ("state", JsonTree.Of(state)), ("downloads", JsonTree.Of(downloads)), ("now", JsonTree.Of(MetadataWriter.Date(_repository.Time.GetUtcNow()))),
            ("paths", JsonTree.OfTexts(paths))));
    }
}
