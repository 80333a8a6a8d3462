using System.Text.Json;
using EdgeRunner.Fleet.Commands;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Tests.Repository;

/// <summary><c>edgefleet repo remove-delegation</c>: a team leaves, and nobody loses by surprise what it runs.</summary>
public sealed class RemoveDelegationCommandTests : IDisposable
{
    private const string Team = "models/main";

    private readonly KeyedRepository _repository = new KeyedRepository().Init();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void While_a_rollout_wants_a_release_it_takes_force_and_every_signer_is_told_what_goes()
    {
        _repository.Signed("model", "add", _repository.Pack("1.0.0"), "--no-self-test");
        _repository.Ok("rollout", "set", "east", "shuttle-forest@1.0.0", "-r", _repository.Path);

        _repository.Refused("the rollout of east wants shuttle-forest 1.0.0", ["repo", "remove-delegation", Team, .. By("targets-1")]);
        Assert.Empty(Directory.GetFiles(Path.Combine(_repository.Path, "staged")));

        var staged = _repository.Ok(["repo", "remove-delegation", Team, "--force", .. By("targets-1")]);
        Assert.Contains($"With {Team} go shuttle-forest 1.0.0. Devices keep what they run, and can get none of these any more.", Lines(staged, "done"));
        Assert.Contains("Warning: the rollout of east wants shuttle-forest 1.0.0.", Lines(staged, "done"));
        Assert.Equal("targets", Assert.Single(staged.GetProperty("waiting").EnumerateArray()).GetProperty("role").GetString());
        Assert.Equal("removal staged", Assert.Single(_repository.Ok("model", "list", "-r", _repository.Path).EnumerateArray()).GetProperty("state").GetString());
        _repository.Refused("its removal waits for signatures", "rollout", "set", "west", "shuttle-forest@1.0.0", "-r", _repository.Path);
        _repository.Refused("no delegation covers models/shuttle-forest/1.1.0.ermodel", ["model", "add", _repository.Pack("1.1.0"), "--no-self-test", .. _repository.Signing]);
        _repository.Refused("its removal is staged already", ["repo", "remove-delegation", Team, .. By("targets-1")]);

        _repository.Text(["repo", "sign", .. By("targets-2")]);
        Assert.Contains($"- {Team} may speak for nothing any more", _repository.Errors, StringComparison.Ordinal);
        Assert.Contains("Warning: the rollout of east wants shuttle-forest 1.0.0.", _repository.Errors, StringComparison.Ordinal);
        Assert.Empty(_repository.Ok("model", "list", "-r", _repository.Path).EnumerateArray());
        Assert.True(_repository.Ok("repo", "verify", "-r", _repository.Path).GetProperty("isValid").GetBoolean());
        Assert.DoesNotContain(Team, _repository.Text("repo", "status", "-r", _repository.Path), StringComparison.Ordinal);
        _repository.Refused("targets delegates to no such role any more. It delegates to: rollout", ["repo", "remove-delegation", Team, .. By("targets-1")]);
        Assert.Contains("shuttle-forest  1.0.0", _repository.Text("rollout", "list", "-r", _repository.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void The_next_team_for_the_same_models_goes_on_with_their_release_numbers()
    {
        _repository.Signed("model", "add", _repository.Pack("1.0.0"), "--no-self-test");
        _repository.Ok(["repo", "remove-delegation", Team, .. By("targets-1", "targets-2")]);
        _repository.Ok(["repo", "add-delegation", "models/next", "--path", "models/*/*", "--role-key", _repository.Key("main-1"), .. By("targets-1", "targets-2", "main-1")]);

        _repository.Signed("model", "add", _repository.Pack("1.1.0"), "--no-self-test");

        var model = Assert.Single(_repository.Ok("model", "list", "-r", _repository.Path).EnumerateArray());
        Assert.Equal(("models/next", 2), (model.GetProperty("role").GetString(), model.GetProperty("release").GetInt32()));
    }

    [Fact]
    public void The_role_that_signs_rollouts_does_not_go_unnoticed_and_a_team_without_releases_goes_at_once()
    {
        _repository.Signed("model", "add", _repository.Pack("1.0.0"), "--no-self-test");
        _repository.Ok("rollout", "set", "east", "shuttle-forest@1.0.0", "-r", _repository.Path);
        _repository.Refused("it signs the rollout of east", ["repo", "remove-delegation", "rollout", .. By("targets-1", "targets-2")]);
        _repository.Refused("there is no such", ["repo", "rotate-key", "models/nobody", "--remove", "all", .. By("targets-1")]);
        _repository.Ok(["repo", "add-delegation", "beta", "--path", "beta/*", "--online", .. By("targets-1", "targets-2")]);

        var gone = _repository.Ok(["repo", "remove-delegation", "beta", .. By("targets-1", "targets-2")]);

        Assert.Contains("beta has no releases that only it signs.", Lines(gone, "done"));
        Assert.Empty(gone.GetProperty("waiting").EnumerateArray());
        Assert.Equal(["rollout"], RepositoryContent.Read(new RepositoryLayout(_repository.Path)).Settings.OnlineRoles);
        _repository.Ok("repo", "refresh", "--all", "-r", _repository.Path);
        Assert.True(_repository.Ok("repo", "verify", "-r", _repository.Path).GetProperty("isValid").GetBoolean());
        Assert.Equal(ExitCode.Failed, _repository.Run(["repo", "remove-delegation", "root", .. By("root-1")]).Code);
    }

    private string[] By(params string[] keys) => ["-r", _repository.Path, .. keys.SelectMany(k => (string[])["-k", _repository.Key(k)]), "--passphrase-file", _repository.PassphraseFile, "-y"];

    private static string[] Lines(JsonElement report, string name) => [.. report.GetProperty(name).EnumerateArray().Select(l => l.GetString()!)];
}
