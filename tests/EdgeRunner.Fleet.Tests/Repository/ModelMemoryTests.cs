using EdgeRunner.Fleet.Keys;
using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Metadata;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Tests.Repository;

/// <summary>One version is one content, and one release number one version, for ever: also when a release was removed, and when an older <c>edgefleet</c> removed it.</summary>
public sealed class ModelMemoryTests : IDisposable
{
    private const string Model = "shuttle-forest";
    private const string Team = "models/main";

    private readonly KeyedRepository _fleet = new KeyedRepository().Init();

    public void Dispose() => _fleet.Dispose();

    private RepositoryLayout Layout => new(_fleet.Path);

    [Fact]
    public void A_removed_version_comes_back_with_its_own_content_and_number_or_not_at_all()
    {
        Add("1.0.0");
        Add("1.1.0");
        Remove("1.1.0");
        Refused("1.1.0", "was published as release 2 and removed, with another content");
        Assert.Equal(3, Add("1.2.0"));
        Remove("1.2.0");
        Assert.Equal(4, Add("1.3.0"));

        Assert.Equal(2, Add("1.1.0"));
        Assert.Equal(3, Add("1.2.0"));
        Assert.Equal(["1.0.0 1", "1.1.0 2", "1.2.0 3", "1.3.0 4"], Models());
        Remove("1.1.0");
        Refused("1.1.0", "with another content");
        Assert.True(_fleet.Ok("repo", "verify", "-r", _fleet.Path).GetProperty("isValid").GetBoolean());
    }

    [Fact]
    public void What_was_only_staged_is_nobodys_memory()
    {
        Add("1.0.0");
        _fleet.Ok("model", "add", _fleet.Pack("1.1.0"), "--no-self-test", "-r", _fleet.Path);
        _fleet.Ok("model", "remove", Model, "1.1.0", "-r", _fleet.Path);
        Assert.Equal(2, Add("1.1.0", "MIT"));
    }

    [Fact]
    public void A_minimum_outlives_the_release_that_it_was_set_with()
    {
        Add("1.0.0");
        Add("1.1.0");
        _fleet.Signed("model", "set-min-release", Model, "1.1.0");
        Remove("1.0.0");
        Remove("1.1.0");
        var back = _fleet.Signed("model", "add", _fleet.Pack("1.0.0"), "--no-self-test");
        Assert.Contains("release 1 as before it was removed", back.GetProperty("done")[0].GetString(), StringComparison.Ordinal);
        Assert.Contains("devices must not run any release below 2", back.GetProperty("done")[0].GetString(), StringComparison.Ordinal);
        Assert.True(_fleet.Ok("model", "show", Model, "1.0.0", "-r", _fleet.Path)[0].GetProperty("revoked").GetBoolean());
    }

    [Fact]
    public async Task A_repository_of_an_older_edgefleet_is_remembered_from_its_old_files_until_the_next_change_writes_it_down()
    {
        Add("1.0.0");
        Add("1.1.0");
        Remove("1.1.0");
        await ForgetAsOlderVersionsDidAsync();
        Assert.DoesNotContain("x-removed", File.ReadAllText(Layout.RoleFile(Team, Published().Header.Version)), StringComparison.Ordinal);

        Refused("1.1.0", "was published as release 2 and removed");
        AgeAndPrune(); // keeps what alone knows of 1.1.0
        Refused("1.1.0", "was published as release 2 and removed");
        var added = _fleet.Signed("model", "add", _fleet.Pack("1.2.0"), "--no-self-test");
        Assert.Contains("1.2.0.ermodel, release 3,", added.GetProperty("done")[0].GetString(), StringComparison.Ordinal);
        Assert.Contains(added.GetProperty("changes")[0].GetProperty("changes").EnumerateArray(), c => c.GetString()!.StartsWith("remembers models/shuttle-forest/1.1.0.ermodel, which was removed before: release 2", StringComparison.Ordinal));
        AgeAndPrune();
        Assert.False(File.Exists(Layout.RoleFile(Team, 3)), "it is written down now, so the old file is not needed");

        Refused("1.1.0", "was published as release 2 and removed");
        Assert.Equal(2, Add("1.1.0"));
        Assert.True(_fleet.Ok("repo", "verify", "-r", _fleet.Path).GetProperty("isValid").GetBoolean());
    }

    [Fact]
    public void A_team_that_comes_again_knows_what_it_has_published()
    {
        string[] people = ["-k", _fleet.Key("targets-1"), "-k", _fleet.Key("targets-2"), .. _fleet.Signing];
        Add("1.0.0");
        Add("1.1.0");
        Remove("1.0.0");
        _fleet.Ok(["repo", "remove-delegation", Team, .. people]);
        _fleet.Ok(["repo", "add-delegation", Team, "--path", "models/*/*", "--role-key", _fleet.Key("main-1"), .. people]);
        Refused("1.0.0", "was published as release 1 and removed");
        Refused("1.1.0", "was published as release 2 and removed");
        Assert.Equal(3, Add("1.2.0"));
    }

    [Fact]
    public async Task A_bundle_that_only_waits_is_told_from_one_that_is_published()
    {
        var bundle = _fleet.Pack("1.0.0");
        string[] add = ["model", "add", bundle, "--no-self-test", "-r", _fleet.Path];
        _fleet.Ok(add);
        _fleet.Refused("is staged already, and waits to be signed and published. `edgefleet repo sign` does that", add);
        _fleet.Refused("is staged already, with another content", ["model", "add", _fleet.Pack("1.0.0", "MIT"), "--no-self-test", "-r", _fleet.Path]);

        // As a program that was killed between the signature and the publication leaves it.
        using (var repository = TufRepository.Open(_fleet.Path, _fleet.Time))
        {
            using var key = KeyFile.ReadPrivate(_fleet.Key("main-1"), () => KeyedRepository.Passphrase);
            await repository.SignAsync([key], [Team], CancellationToken.None);
        }
        Assert.Equal("it has its signatures: `edgefleet repo sign` publishes it", _fleet.Ok("repo", "status", "-r", _fleet.Path).GetProperty("waiting")[0].GetProperty("reason").GetString());
        _fleet.Text("repo", "sign", "-r", _fleet.Path);
        _fleet.Refused("is in the repository already. Give the new bundle another version", add);
    }

    private long Add(string version, string license = "Apache-2.0")
    {
        _fleet.Signed("model", "add", _fleet.Pack(version, license), "--no-self-test");
        return _fleet.Ok("model", "show", Model, version, "-r", _fleet.Path)[0].GetProperty("release").GetInt64();
    }

    private void Remove(string version) => _fleet.Signed("model", "remove", Model, version);

    private void Refused(string version, string reason)
    {
        var before = Published().Header.Version;
        _fleet.Refused(reason, ["model", "add", _fleet.Pack(version, "MIT"), "--no-self-test", .. _fleet.Signing]);
        Assert.Equal(before, Published().Header.Version);
        Assert.Empty(RepositoryContent.Read(Layout).Staged);
    }

    private string[] Models() => [.. _fleet.Ok("model", "list", "-r", _fleet.Path).EnumerateArray().Select(m => $"{m.GetProperty("version").GetString()} {m.GetProperty("release").GetInt64()}")];

    private TargetsMetadata Published() => RepositoryContent.Read(Layout).Roles[Team];

    /// <summary>Publishes the same targets without the field, as they were written before there was one.</summary>
    private async Task ForgetAsOlderVersionsDidAsync()
    {
        var old = Published();
        var signed = old.Envelope.Signed.With("x-removed", null).With("version", JsonTree.Of(old.Header.Version + 1));
        File.WriteAllBytes(Layout.StagedFile(Team), Envelope.Build(Team, signed, []).Raw.ToArray());
        using var repository = TufRepository.Open(_fleet.Path, _fleet.Time);
        using var key = KeyFile.ReadPrivate(_fleet.Key("main-1"), () => KeyedRepository.Passphrase);
        await repository.SignAsync([key], [Team], CancellationToken.None);
        Assert.Contains($"{Team} v{old.Header.Version + 1}", (await repository.PublishAsync(CancellationToken.None)).Published);
    }

    private void AgeAndPrune()
    {
        foreach (var file in Directory.GetFiles(_fleet.Path, "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(file, _fleet.Time.GetUtcNow().AddDays(-100).UtcDateTime);
        }
        _fleet.Text("repo", "prune", "--keep-days", "0", "-r", _fleet.Path);
    }
}
