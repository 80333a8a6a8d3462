using EdgeRunner.Fleet.Commands;

namespace EdgeRunner.Fleet.Tests.Repository;

/// <summary>Two people make a repository at one place at the same time.</summary>
public sealed class TwoInitsTests : IDisposable
{
    private const int Pairs = 12;

    private readonly KeyedRepository _fleet = new();

    public void Dispose() => _fleet.Dispose();

    [Fact]
    public async Task One_of_two_wins_with_a_repository_that_works_and_the_other_leaves_it_alone()
    {
        for (var i = 0; i < Pairs; i++)
        {
            var (repository, keys) = (_fleet.File($"repo-{i}"), _fleet.File($"keys-{i}"));
            using var start = new Barrier(2);

            var outcomes = await Task.WhenAll(Init(start, repository, keys), Init(start, repository, keys));

            Assert.Single(outcomes, o => o.Code == ExitCode.Ok);
            var (_, reason) = Assert.Single(outcomes, o => o.Code != ExitCode.Ok);
            Assert.True(reason.Contains("somebody else is changing this repository", StringComparison.Ordinal) || reason.Contains("there is a repository here already", StringComparison.Ordinal), reason);
            Assert.Equal(7, Directory.GetFiles(keys, "*.pem").Length);
            Assert.Equal(3, Directory.GetFiles(repository + "-online-keys", "*.pem").Length);
            _fleet.Ok("repo", "refresh", "-r", repository);
            _fleet.Ok("repo", "verify", "-r", repository);
        }
    }

    [Fact]
    public async Task Of_two_that_make_their_keys_in_one_directory_the_one_that_fails_takes_none_of_the_others_away()
    {
        for (var i = 0; i < Pairs; i++)
        {
            var keys = _fleet.File($"keys-{i}");
            string[] repositories = [_fleet.File($"first-{i}"), _fleet.File($"second-{i}")];
            using var start = new Barrier(2);

            var outcomes = await Task.WhenAll(repositories.Select(r => Init(start, r, keys)));

            // Both may fail, each at a key of the other. A repository that was made has all its keys.
            var made = repositories.Where((_, n) => outcomes[n].Code == ExitCode.Ok).ToArray();
            Assert.Equal(made, repositories.Where(Directory.Exists));
            Assert.Equal(7 * made.Length, Directory.Exists(keys) ? Directory.GetFiles(keys, "*.pem").Length : 0);
            foreach (var repository in made)
            {
                _fleet.Ok("repo", "renew", "models/main", "-r", repository, "-k", Path.Combine(keys, "main-1.pem"), "--passphrase-file", _fleet.PassphraseFile, "-y");
            }
        }
    }

    private Task<(int Code, string Errors)> Init(Barrier start, string repository, string keys)
    {
        // A thread of its own each: on a pool that is busy they would come one after the other.
        return Task.Factory.StartNew(() =>
        {
            using var output = new StringWriter();
            using var error = new StringWriter();
            string[] args = ["repo", "init", repository, "--generate-keys", keys, "--type", "ed25519", "--passphrase-file", _fleet.PassphraseFile, "-y"];
            start.SignalAndWait();
            var code = FleetCommand.Run(args, _fleet.Time, output, error, new NobodyThere(), keyIterations: 1_000);
            return (code, error.ToString());
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }
}
