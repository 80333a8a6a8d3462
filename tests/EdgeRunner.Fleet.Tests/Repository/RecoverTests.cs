using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Tests.Repository;

/// <summary><c>edgefleet repo recover</c> when something else is under way.</summary>
public sealed class RecoverTests : IDisposable
{
    private readonly KeyedRepository _repository = new KeyedRepository().Init();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void While_new_keys_of_targets_wait_it_changes_nothing_and_the_commands_that_it_names_recover_all()
    {
        StageNewTargetsKeys();
        Directory.Delete(OnlineKeys, recursive: true);
        var before = State();

        _repository.Refused("its keys are being changed, and till that is signed and published the key of rollout cannot be: targets names it", ["repo", "recover", .. By("root-1", "root-2")]);

        Assert.Contains("Run `edgefleet repo recover --role timestamp --role snapshot` first", _repository.Errors, StringComparison.Ordinal);
        Assert.Contains("run `edgefleet repo recover --role rollout`", _repository.Errors, StringComparison.Ordinal);
        Assert.Equal(before, State());
        _repository.Ok(["repo", "recover", "--role", "timestamp", "--role", "snapshot", .. By("root-1", "root-2", "new-1", "new-2")]);
        var done = _repository.Ok(["repo", "recover", "--role", "rollout", .. By("new-1", "new-2")]);
        Assert.Empty(done.GetProperty("waiting").EnumerateArray());
        _repository.Ok("repo", "refresh", "--all", "-r", _repository.Path);
        Assert.True(_repository.Ok("repo", "verify", "-r", _repository.Path).GetProperty("isValid").GetBoolean());
        Assert.Empty(Directory.GetFiles(Path.Combine(_repository.Path, "staged")));
    }

    [Fact]
    public void The_change_that_waits_can_be_given_up_as_the_message_says()
    {
        StageNewTargetsKeys();
        Directory.Delete(OnlineKeys, recursive: true);
        _repository.Refused("Or give the change up with `edgefleet repo drop targets` and `edgefleet repo drop root`, and run this again", ["repo", "recover", .. By("root-1", "root-2")]);

        _repository.Ok("repo", "drop", "targets", "-r", _repository.Path);
        _repository.Ok("repo", "drop", "root", "-r", _repository.Path);
        Assert.Empty(_repository.Ok(["repo", "recover", .. By("root-1", "root-2", "targets-1", "targets-2")]).GetProperty("waiting").EnumerateArray());
        Assert.True(_repository.Ok("repo", "verify", "-r", _repository.Path).GetProperty("isValid").GetBoolean());
    }

    [Fact]
    public void A_role_that_is_none_stops_it_before_the_first_key_is_made()
    {
        var before = State();
        _repository.Refused("targets is not signed online", ["repo", "recover", "--role", "timestamp", "--role", "targets", .. By("root-1")]);
        _repository.Refused("nobody is not signed online", ["repo", "recover", "--role", "rollout", "--role", "nobody", .. By("root-1")]);
        Assert.Equal(before, State());
        var once = _repository.Ok(["repo", "recover", "--role", "rollout", "--role", "rollout", .. By("targets-1", "targets-2")]);
        Assert.Single(once.GetProperty("done").EnumerateArray());
    }

    [Fact]
    public void An_online_role_whose_delegation_was_given_up_has_no_key_that_anybody_waits_for()
    {
        _repository.Ok("repo", "add-delegation", "beta", "--path", "beta/*", "--online", "-r", _repository.Path);
        _repository.Ok("repo", "drop", "targets", "-r", _repository.Path);
        Assert.Contains("beta", RepositoryContent.Read(new RepositoryLayout(_repository.Path)).Staged.Keys);
        _repository.Refused("say whose: --role timestamp --role snapshot --role rollout.", ["repo", "recover", .. By("root-1", "root-2")]);
        File.Delete(Assert.Single(Directory.GetFiles(OnlineKeys, "timestamp-*.pem")));

        var done = _repository.Ok(["repo", "recover", .. By("root-1", "root-2")]);

        Assert.Contains("for timestamp: ", Assert.Single(done.GetProperty("done").EnumerateArray()).GetString(), StringComparison.Ordinal);
        _repository.Ok("repo", "refresh", "--all", "-r", _repository.Path);
        Assert.True(_repository.Ok("repo", "verify", "-r", _repository.Path).GetProperty("isValid").GetBoolean());
    }

    private string OnlineKeys => _repository.Path + "-online-keys";

    private void StageNewTargetsKeys()
    {
        foreach (var name in (string[])["new-1", "new-2"])
        {
            _repository.Ok("key", "generate", _repository.Key(name), "--type", "ed25519", "--passphrase-file", _repository.PassphraseFile);
        }
        _repository.Ok(["repo", "rotate-key", "targets", "--remove", "all", "--add", Path.ChangeExtension(_repository.Key("new-1"), ".pub"), "--add", Path.ChangeExtension(_repository.Key("new-2"), ".pub"), .. By("root-1")]);
        Assert.Equal(["root", "targets"], RepositoryContent.Read(new RepositoryLayout(_repository.Path)).Staged.Keys.Order(StringComparer.Ordinal));
    }

    private string[] By(params string[] keys) => ["-r", _repository.Path, .. keys.SelectMany(k => (string[])["-k", _repository.Key(k)]), "--passphrase-file", _repository.PassphraseFile, "-y"];

    /// <summary>Every file of the repository and every online key, with its content.</summary>
    private string[] State() => [.. ((string[])[_repository.Path, OnlineKeys]).Where(Directory.Exists).SelectMany(d => Directory.EnumerateFiles(d, "*.*", SearchOption.AllDirectories))
        .Where(f => !Path.GetFileName(f).StartsWith('.')).Order(StringComparer.Ordinal).Select(f => $"{f} {Convert.ToHexString(File.ReadAllBytes(f))}")];
}
