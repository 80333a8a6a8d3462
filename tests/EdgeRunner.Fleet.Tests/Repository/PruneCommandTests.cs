using System.CommandLine;
using System.Text.Json;
using EdgeRunner.Fleet.Commands;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Tests.Repository;

/// <summary><c>edgefleet repo prune</c>, as somebody who looks after a repository uses it.</summary>
public sealed class PruneCommandTests : IDisposable
{
    private readonly KeyedRepository _repository = new KeyedRepository().Init();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void A_dry_run_says_what_goes_and_changes_nothing_and_the_run_removes_just_that()
    {
        _repository.Signed("model", "add", _repository.Pack("1.0.0"), "--no-self-test");
        _repository.Signed("model", "add", _repository.Pack("1.1.0"), "--no-self-test");
        _repository.Signed("model", "remove", "shuttle-forest", "1.0.0");
        Date(_repository.Time.GetUtcNow());
        Assert.Empty(_repository.Ok("repo", "prune", "--dry-run", "-r", _repository.Path).GetProperty("removed").EnumerateArray());
        Age();
        var before = Files();

        using (TufRepository.Open(_repository.Path, _repository.Time)) // a dry run waits for nobody
        {
            var would = _repository.Text("repo", "prune", "-n", "-r", _repository.Path);
            Assert.Contains(".1.0.0.ermodel", would, StringComparison.Ordinal);
            Assert.Contains("metadata/1.snapshot.json", would, StringComparison.Ordinal);
            Assert.Contains("Would remove 8 files", would, StringComparison.Ordinal);
            Assert.DoesNotContain("1.1.0", would, StringComparison.Ordinal);
        }
        Assert.Equal(before, Files());

        var removed = _repository.Ok("repo", "prune", "-r", _repository.Path);

        Assert.False(removed.GetProperty("dryRun").GetBoolean());
        Assert.Equal((30, 8), (removed.GetProperty("keepDays").GetInt32(), removed.GetProperty("removed").GetArrayLength()));
        Assert.Equal(before.Except(removed.GetProperty("removed").EnumerateArray().Select(f => f.GetProperty("path").GetString()!), StringComparer.Ordinal), Files());
        Assert.Equal(2, removed.GetProperty("removed").EnumerateArray().Count(f => f.GetProperty("path").GetString()!.StartsWith("targets/", StringComparison.Ordinal)));
        Assert.StartsWith("Nothing to remove.\nKept: ", _repository.Text("repo", "prune", "--keep-days", "0", "-r", _repository.Path), StringComparison.Ordinal);
        Assert.True(_repository.Ok("repo", "verify", "-r", _repository.Path).GetProperty("isValid").GetBoolean());
        _repository.Signed("model", "add", _repository.Pack("1.2.0"), "--no-self-test");
    }

    [Fact]
    public void It_waits_for_nobody_for_ever_and_refuses_days_that_cannot_be()
    {
        using (TufRepository.Open(_repository.Path, _repository.Time))
        {
            _repository.Refused("somebody else is changing this repository", "repo", "prune", "--wait", "0", "-r", _repository.Path);
        }
        Assert.Equal(ExitCode.Usage, _repository.Run("repo", "prune", "--keep-days", "-1", "-r", _repository.Path).Code);
        Assert.Contains("--keep-days -1 is not 0 to 3650", _repository.Errors, StringComparison.Ordinal);
        _repository.Refused("there is no repository here", "repo", "prune", "-r", _repository.File("nowhere"));
        _repository.Refused("there is no repository here", "repo", "prune", "-n", "-r", _repository.File("nowhere"));
    }

    [Fact]
    public void A_long_one_says_how_far_it_is_and_the_output_stays_for_programs()
    {
        _repository.Ok("repo", "refresh", "--all", "-r", _repository.Path);
        _repository.Ok("repo", "refresh", "--all", "-r", _repository.Path);
        Age();
        using StringWriter output = new(), error = new();

        Assert.Equal(ExitCode.Ok, FleetCommand.Run(["repo", "prune", "-r", _repository.Path, "--json"], new SlowTime(), output, error));

        Assert.Equal("Removed 0 of 4 files.\nRemoved 1 of 4 files.\nRemoved 2 of 4 files.\nRemoved 3 of 4 files.\n", error.ToString());
        Assert.Equal(4, JsonDocument.Parse(output.ToString()).RootElement.GetProperty("removed").GetArrayLength());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_that_is_interrupted_says_how_far_it_was(bool json)
    {
        _repository.Ok("repo", "refresh", "--all", "-r", _repository.Path);
        _repository.Ok("repo", "refresh", "--all", "-r", _repository.Path);
        Age();
        var before = Files();
        using var interrupt = new CancellationTokenSource();
        using StringWriter output = new(), error = new InterruptingWriter(interrupt);
        var prune = RepoPruneCommand.Create(new CommandEnvironment(new SlowTime(), new NobodyThere(), 1_000));

        var code = await prune.Parse(["-r", _repository.Path, .. json ? ["--json"] : Array.Empty<string>()])
            .InvokeAsync(new InvocationConfiguration { Output = output, Error = error }, interrupt.Token);

        const string said = "Interrupted: 1 of 4 files were removed before it. Everything that devices need is there; run this again";
        Assert.Equal((ExitCode.Interrupted, $"Removed 0 of 4 files.\n{said}\n"), (code, error.ToString()));
        Assert.Equal(before.Length - 1, Files().Length);
        if (json)
        {
            var failure = JsonDocument.Parse(output.ToString()).RootElement;
            Assert.Equal(("Interrupted", said), (failure.GetProperty("reason").GetString(), failure.GetProperty("error").GetString()));
        }
        Assert.Equal(3, _repository.Ok("repo", "prune", "-r", _repository.Path).GetProperty("removed").GetArrayLength());
    }

    /// <summary>Somebody who presses Ctrl-C as soon as something is said.</summary>
    private sealed class InterruptingWriter(CancellationTokenSource interrupt) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            interrupt.Cancel();
        }
    }

    /// <summary>A clock on a machine where everything takes two seconds.</summary>
    private sealed class SlowTime : TimeProvider
    {
        private long _looks;

        public override long GetTimestamp() => ++_looks * 2 * TimestampFrequency;
    }

    /// <summary>All files were written before the clock of the test began.</summary>
    private void Age() => Date(DateTimeOffset.UnixEpoch);

    /// <summary>The kernel dates files by the machine's clock, and commands go by the clock of the test.</summary>
    private void Date(DateTimeOffset written)
    {
        foreach (var file in Directory.EnumerateFiles(_repository.Path, "*.*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(file, written.UtcDateTime);
        }
    }

    private string[] Files() => [.. Directory.EnumerateFiles(_repository.Path, "*.*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(_repository.Path, f))
        .Where(f => f[0] != '.').Order(StringComparer.Ordinal)];
}
