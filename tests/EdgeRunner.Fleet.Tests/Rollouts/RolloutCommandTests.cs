using EdgeRunner.Fleet.Commands;
using EdgeRunner.Messaging.Rollouts;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Tests.Rollouts;

public sealed class RolloutCommandTests : IDisposable
{
    private readonly RolloutRepository _fleet = new();

    public void Dispose() => _fleet.Dispose();

    private async Task<RolloutRepository> WithVisionAsync()
    {
        await _fleet.InitAsync();
        await _fleet.AddAsync("vision", "1.0.0", 1);
        await _fleet.AddAsync("vision", "2.0.0", 2);
        return _fleet;
    }

    [Fact]
    public async Task A_rollout_is_signed_and_published_at_once_and_devices_find_it_with_the_code_that_they_run()
    {
        await WithVisionAsync();
        var report = _fleet.Ok("rollout", "set", "east", "vision@1.0.0");

        Assert.Equal(["rollout v2", "snapshot v4", "timestamp v4"], report.GetProperty("published").EnumerateArray().Select(p => p.GetString()!).ToArray());
        var desired = _fleet.Desired("east", "vision");
        Assert.Equal(("1.0.0", 1L, 10_000, 16), (desired.Version, desired.Release, desired.PercentHundredths, desired.Seed.Length));
        var verified = await new RepositoryVerifier(_fleet.Content.Layout, _fleet.Time).VerifyAsync(initialRoot: null, CancellationToken.None);
        Assert.Empty(verified.Problems);
        Assert.Equal(5, verified.Targets);
    }

    [Fact]
    public async Task Part_of_a_group_gets_the_new_version_the_others_what_all_had_and_more_of_them_keeps_those_that_are_in()
    {
        await WithVisionAsync();
        _fleet.Ok("rollout", "set", "east", "vision@1.0.0");
        _fleet.Ok("rollout", "set", "east", "vision@2.0.0", "--percent", "12.5");
        var first = _fleet.Desired("east", "vision");
        Assert.Equal(("2.0.0", 1_250, new StableModel("1.0.0", 1)), (first.Version, first.PercentHundredths, first.Stable));

        _fleet.Ok("rollout", "set", "east", "vision@2.0.0", "--percent", "50%");
        var second = _fleet.Desired("east", "vision");
        Assert.Equal(first with { PercentHundredths = 5_000 }, second);

        _fleet.Ok("rollout", "set", "east", "vision@2.0.0", "--percent", "100");
        Assert.Equal(first with { PercentHundredths = 10_000, Stable = null }, _fleet.Desired("east", "vision"));

        await _fleet.AddAsync("vision", "3.0.0", 3);
        _fleet.Ok("rollout", "set", "east", "vision@3.0.0", "--percent", "1");
        var third = _fleet.Desired("east", "vision");
        Assert.NotEqual(first.Seed, third.Seed);
        Assert.Equal(new StableModel("2.0.0", 2), third.Stable);
        _fleet.Ok("rollout", "set", "east", "vision@3.0.0", "--percent", "2", "--seed", "mine");
        Assert.Equal("mine", _fleet.Desired("east", "vision").Seed);
    }

    [Fact]
    public async Task Other_models_and_other_groups_stay_as_they_are()
    {
        await WithVisionAsync();
        await _fleet.AddAsync("speech", "6.0.0", 1);
        _fleet.Ok("rollout", "set", "east", "vision@1.0.0", "--percent", "10");
        _fleet.Ok("rollout", "set", "west", "vision@1.0.0");
        var before = _fleet.Desired("east", "vision");
        _fleet.Ok("rollout", "set", "east", "speech@6.0.0");
        _fleet.Ok("rollout", "set", "west", "vision@2.0.0");

        Assert.Equal(before, _fleet.Desired("east", "vision"));
        Assert.Equal("6.0.0", _fleet.Desired("east", "speech").Version);
        Assert.Equal("2.0.0", _fleet.Desired("west", "vision").Version);
        Assert.Equal(["east", "west"], _fleet.Ok("rollout", "list").EnumerateArray().Select(g => g.GetProperty("group").GetString()!).ToArray());
    }

    [Fact]
    public async Task A_part_stays_a_part_when_only_a_limit_is_changed_or_a_question_becomes_a_wish_and_a_new_version_is_for_all()
    {
        await WithVisionAsync();
        _fleet.Ok("rollout", "set", "east", "vision@1.0.0");
        _fleet.Ok("rollout", "set", "east", "vision@2.0.0", "--percent", "5", "--dry-run");
        _fleet.Ok("rollout", "set", "east", "vision@2.0.0");
        var first = _fleet.Desired("east", "vision");
        Assert.Equal((500, false, new StableModel("1.0.0", 1)), (first.PercentHundredths, first.DryRun, first.Stable));

        Assert.Contains("for 5 % of the devices", _fleet.Ok("rollout", "set", "east", "vision@2.0.0", "--max-error", "3%").GetProperty("done")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal(first with { Trial = new TrialLimits { MaxErrorRate = 0.03 } }, _fleet.Desired("east", "vision"));

        await _fleet.AddAsync("vision", "3.0.0", 3);
        _fleet.Ok("rollout", "set", "east", "vision@3.0.0");
        Assert.Equal(DesiredModel.AllDevices, _fleet.Desired("east", "vision").PercentHundredths);
    }

    [Fact]
    public async Task What_comes_later_or_only_asks_leaves_devices_the_version_that_all_had()
    {
        await WithVisionAsync();
        _fleet.Ok("rollout", "set", "east", "vision@1.0.0");
        _fleet.Ok("rollout", "set", "east", "vision@2.0.0", "--dry-run");
        Assert.Equal((true, new StableModel("1.0.0", 1)), (_fleet.Desired("east", "vision").DryRun, _fleet.Desired("east", "vision").Stable));

        _fleet.Ok("rollout", "set", "east", "vision@2.0.0", "--not-before", "+2h");
        var later = _fleet.Desired("east", "vision");
        Assert.Equal((false, new StableModel("1.0.0", 1), _fleet.Time.GetUtcNow().AddHours(2)), (later.DryRun, later.Stable, later.NotBefore));

        _fleet.Ok("rollout", "set", "east", "vision@2.0.0", "--percent", "60");
        Assert.Equal(later.NotBefore, _fleet.Desired("east", "vision").NotBefore);
        _fleet.Ok("rollout", "set", "east", "vision@2.0.0", "--percent", "100", "--not-before", "now");
        Assert.Equal((null, null), (_fleet.Desired("east", "vision").NotBefore, _fleet.Desired("east", "vision").Stable));
    }

    [Fact]
    public async Task Limits_of_the_trial_stay_when_only_the_percentage_grows_and_go_with_the_version()
    {
        await WithVisionAsync();
        _fleet.Ok("rollout", "set", "east", "vision@1.0.0", "--percent", "5", "--max-error", "1%", "--max-latency", "1.5", "--max-drift", "0.2", "--trial-windows", "2000", "--trial-minutes", "30", "--shadow-windows", "100");
        var limits = new TrialLimits { MaxErrorRate = 0.01, MaxLatencyRatio = 1.5, MaxDrift = 0.2, Windows = 2000, Minutes = 30, ShadowWindows = 100 };
        Assert.Equal(limits, _fleet.Desired("east", "vision").Trial);

        _fleet.Ok("rollout", "set", "east", "vision@1.0.0", "--percent", "50", "--trial-windows", "10");
        Assert.Equal(limits with { Windows = 10 }, _fleet.Desired("east", "vision").Trial);
        _fleet.Ok("rollout", "set", "east", "vision@2.0.0", "--percent", "50");
        Assert.Null(_fleet.Desired("east", "vision").Trial);
    }

    [Fact]
    public async Task A_return_is_allowed_and_said_and_a_release_below_the_minimum_is_refused()
    {
        await WithVisionAsync();
        _fleet.Ok("rollout", "set", "east", "vision@2.0.0");
        var warnings = _fleet.Ok("rollout", "set", "east", "vision@1.0.0").GetProperty("warnings");
        Assert.Contains("this is a return", Assert.Single(warnings.EnumerateArray()).GetString(), StringComparison.Ordinal);

        await _fleet.AddAsync("vision", "3.0.0", 3, minRelease: 2);
        Assert.Contains("vision 1.0.0 is release 1, and devices must not run any below 2", _fleet.Fails(ExitCode.Failed, "rollout", "set", "west", "vision@1.0.0"), StringComparison.Ordinal);
        var dropped = _fleet.Ok("rollout", "set", "east", "vision@3.0.0", "--percent", "10").GetProperty("warnings");
        Assert.Contains("1.0.0 was for all before", Assert.Single(dropped.EnumerateArray()).GetString(), StringComparison.Ordinal);
        Assert.Null(_fleet.Desired("east", "vision").Stable);
    }

    [Fact]
    public async Task What_devices_could_not_get_is_refused_with_the_names_that_are_near()
    {
        await WithVisionAsync();
        await _fleet.AddAsync("vision", "2.1.0", 3, signed: false);
        Assert.Contains("models/vision/2.1.0.ermodel is staged and not published", _fleet.Fails(ExitCode.Failed, "rollout", "set", "east", "vision@2.1.0"), StringComparison.Ordinal);
        Assert.Contains("there is no model visoin in the repository. Did you mean vision? Models are: vision", _fleet.Fails(ExitCode.Failed, "rollout", "set", "east", "visoin@1.0.0"), StringComparison.Ordinal);
        Assert.Contains("vision 2.0.1 is not published. Did you mean 2.0.0? Versions of vision are: 1.0.0, 2.0.0", _fleet.Fails(ExitCode.Failed, "rollout", "set", "east", "vision@2.0.1"), StringComparison.Ordinal);
        Assert.Empty(Directory.Exists(Path.Combine(_fleet.Path, "targets", "rollout")) ? Directory.GetFiles(Path.Combine(_fleet.Path, "targets", "rollout")) : []);
    }

    [Fact]
    public async Task A_release_without_its_chunk_index_or_without_its_keys_is_refused()
    {
        await _fleet.InitAsync();
        await _fleet.AddAsync("old", "1.0.0", 1, index: false);
        await _fleet.AddAsync("secret", "1.0.0", 1, encrypted: true);
        await _fleet.AddAsync("secret", "1.1.0", 2, encrypted: true, keys: true);
        Assert.Contains("models/old/1.0.0.chunks is not: devices cannot get a release without its chunk index", _fleet.Fails(ExitCode.Failed, "rollout", "set", "east", "old@1.0.0"), StringComparison.Ordinal);
        Assert.Contains("devices cannot get a release without its keys", _fleet.Fails(ExitCode.Failed, "rollout", "set", "east", "secret@1.0.0"), StringComparison.Ordinal);
        _fleet.Ok("rollout", "set", "east", "secret@1.1.0");
    }

    [Fact]
    public async Task A_pause_holds_all_models_or_one_and_a_resume_lets_them_go_on()
    {
        await WithVisionAsync();
        await _fleet.AddAsync("speech", "6.0.0", 1);
        _fleet.Ok("rollout", "set", "east", "vision@1.0.0");
        _fleet.Ok("rollout", "set", "east", "speech@6.0.0");
        _fleet.Ok("rollout", "pause", "east");
        Assert.True(_fleet.Desired("east", "vision").Paused && _fleet.Desired("east", "speech").Paused);
        Assert.Contains("PAUSED", _fleet.Run("rollout", "show", "east").Output, StringComparison.Ordinal);

        _fleet.Ok("rollout", "resume", "east", "speech");
        Assert.True(_fleet.Desired("east", "vision").Paused && !_fleet.Desired("east", "speech").Paused);
        Assert.Empty(_fleet.Ok("rollout", "pause", "east", "vision").GetProperty("published").EnumerateArray());
        Assert.Contains("paused and stays so", _fleet.Ok("rollout", "set", "east", "vision@1.0.0", "--percent", "5").GetProperty("warnings")[0].GetString(), StringComparison.Ordinal);
        _fleet.Ok("rollout", "set", "east", "vision@2.0.0");
        Assert.False(_fleet.Desired("east", "vision").Paused);

        Assert.Contains("group east has no model visoin. Did you mean vision? It has: speech, vision", _fleet.Fails(ExitCode.Failed, "rollout", "pause", "east", "visoin"), StringComparison.Ordinal);
        Assert.Contains("nothing is rolled out to a group eats. Did you mean east? Groups are: east", _fleet.Fails(ExitCode.Failed, "rollout", "resume", "eats"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_or_a_whole_group_can_be_removed_also_when_its_document_is_damaged()
    {
        await WithVisionAsync();
        await _fleet.AddAsync("speech", "6.0.0", 1);
        _fleet.Ok("rollout", "set", "east", "vision@1.0.0");
        _fleet.Ok("rollout", "set", "east", "speech@6.0.0");
        _fleet.Ok("rollout", "remove", "east", "vision");
        Assert.Equal("speech", Assert.Single(_fleet.Ok("rollout", "show", "east").GetProperty("models").EnumerateObject()).Name);

        var file = Directory.GetFiles(Path.Combine(_fleet.Path, "targets", "rollout")).MaxBy(File.GetLastWriteTimeUtc)!;
        File.WriteAllText(file, "{}");
        Assert.Contains("the rollout of group east cannot be read", _fleet.Fails(ExitCode.Failed, "rollout", "show", "east"), StringComparison.Ordinal);
        _fleet.Ok("rollout", "remove", "east");
        Assert.Equal(0, _fleet.Ok("rollout", "list").GetArrayLength());
        Assert.Contains("Begin with", _fleet.Fails(ExitCode.Failed, "rollout", "remove", "east"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_release_that_a_group_wants_is_not_taken_away_unless_that_is_meant_and_then_every_view_says_so()
    {
        await WithVisionAsync();
        _fleet.Ok("rollout", "set", "line-1", "vision@1.0.0");
        Assert.Contains("vision 1.0.0 is in use: the rollout of line-1 wants vision 1.0.0. Give these groups another release", _fleet.Fails(ExitCode.Failed, "model", "remove", "vision", "1.0.0"), StringComparison.Ordinal);
        Assert.Contains("an older one is in use: the rollout of line-1 wants vision 1.0.0", _fleet.Fails(ExitCode.Failed, "model", "set-min-release", "vision", "2.0.0"), StringComparison.Ordinal);
        _fleet.Ok("rollout", "set", "line-2", "vision@2.0.0"); // is in nobody's way
        Assert.Empty(_fleet.Content.Staged);

        var forced = _fleet.Ok("model", "set-min-release", "vision", "2.0.0", "--force");
        Assert.Contains("the rollout of line-1 wants vision 1.0.0: devices of that group stop the model", Assert.Single(forced.GetProperty("warnings").EnumerateArray()).GetString(), StringComparison.Ordinal);
        Assert.StartsWith("Staged: ", Assert.Single(forced.GetProperty("done").EnumerateArray()).GetString(), StringComparison.Ordinal);
        Assert.Contains("Warning: the rollout of line-1 wants vision 1.0.0, and it is release 1, and devices must not run any below 2 (min-release): they stop it",
            forced.GetProperty("changes")[0].GetProperty("changes").EnumerateArray().Select(c => c.GetString()));
        Assert.Empty(_fleet.Ok("rollout", "show", "line-1").GetProperty("problems").EnumerateArray()); // it is only staged
        await _fleet.PublishAsync();

        const string obstacle = "the rollout of line-1 wants vision 1.0.0, and it is release 1, and devices must not run any below 2 (min-release)";
        Assert.Equal(obstacle, Assert.Single(_fleet.Ok("rollout", "show", "line-1").GetProperty("problems").EnumerateArray()).GetString());
        Assert.Contains($"  ! {obstacle}\n", _fleet.Run("rollout", "list").Output, StringComparison.Ordinal);
        Assert.Empty(_fleet.Ok("rollout", "show", "line-2").GetProperty("problems").EnumerateArray());
        Assert.Contains($"WARNING: {obstacle}", _fleet.Run("repo", "status").Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, _fleet.Run("repo", "verify").Code);
        Assert.Contains($"Warning: {obstacle}", _fleet.Errors, StringComparison.Ordinal);

        _fleet.Ok("rollout", "set", "line-1", "vision@2.0.0");
        Assert.Contains("vision 2.0.0 is in use: the rollout of line-1 wants vision 2.0.0; the rollout of line-2 wants vision 2.0.0", _fleet.Fails(ExitCode.Failed, "model", "remove", "vision", "2.0.0"), StringComparison.Ordinal);
        Assert.Contains("\nWarning: the rollout of line-2 wants vision 2.0.0: devices keep what they run, and cannot get it again.\n", _fleet.Run("model", "remove", "vision", "2.0.0", "--force").Output, StringComparison.Ordinal);
        await _fleet.PublishAsync();
        Assert.Contains("! the rollout of line-2 wants vision 2.0.0, and vision 2.0.0 is not published", _fleet.Run("rollout", "list").Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_release_for_the_devices_that_do_not_take_part_is_wanted_too()
    {
        await WithVisionAsync();
        _fleet.Ok("rollout", "set", "east", "vision@1.0.0");
        _fleet.Ok("rollout", "set", "east", "vision@2.0.0", "--percent", "10");
        Assert.Contains("the rollout of east wants vision 1.0.0 for devices that do not take part", _fleet.Fails(ExitCode.Failed, "model", "remove", "vision", "1.0.0"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_whose_last_model_is_removed_is_no_group_that_is_done()
    {
        await WithVisionAsync();
        _fleet.Ok("rollout", "set", "line-1", "vision@1.0.0");
        _fleet.Ok("rollout", "set", "line-2", "vision@1.0.0");
        var report = _fleet.Ok("rollout", "remove", "line-1", "vision");
        Assert.Contains("nothing is wanted of this group any more", report.GetProperty("done")[1].GetString(), StringComparison.Ordinal);

        foreach (var command in (string[])["show", "status"])
        {
            Assert.Contains("nothing is rolled out to a group line-1. Did you mean line-2?", _fleet.Fails(ExitCode.Failed, "rollout", command, "line-1"), StringComparison.Ordinal);
        }
        _fleet.Ok("rollout", "remove", "line-2", "vision");
        Assert.Contains("Nothing is rolled out. Begin with", _fleet.Fails(ExitCode.Failed, "rollout", "status"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_without_models_that_an_older_edgefleet_left_is_shown_as_what_it_is()
    {
        await WithVisionAsync();
        using (var repository = TufRepository.Open(_fleet.Path, _fleet.Time))
        {
            var empty = RolloutDocument.ToBytes(new DesiredState(DesiredState.CurrentFormat, "line-1", new Dictionary<string, DesiredModel>(StringComparer.Ordinal)));
            await repository.PublishDocumentsAsync(new Dictionary<string, ReadOnlyMemory<byte>?>(StringComparer.Ordinal) { [DesiredState.TargetPath("line-1")] = empty }, CancellationToken.None);
        }
        Assert.Contains("nothing is wanted of this group", _fleet.Run("rollout", "show", "line-1").Output, StringComparison.Ordinal);
        Assert.Contains("nothing is rolled out to a group line-1", _fleet.Fails(ExitCode.Failed, "rollout", "status", "line-1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_that_nobody_knows_is_said_with_the_names_that_are_near_and_set_all_the_same()
    {
        await WithVisionAsync();
        var first = Warnings(_fleet.Ok("rollout", "set", "line-1", "vision@1.0.0"));
        Assert.Contains("the group line-1 is new: no rollout was set to it before, and whether a device is in it is not known: name the broker with --broker", Assert.Single(first), StringComparison.Ordinal);
        Assert.Empty(Warnings(_fleet.Ok("rollout", "set", "line-1", "vision@2.0.0")));

        Assert.Contains("Is the name right? Did you mean line-1? Known groups: line-1", Assert.Single(Warnings(_fleet.Ok("rollout", "set", "line-l", "vision@2.0.0"))), StringComparison.Ordinal);
        Assert.Equal("2.0.0", _fleet.Desired("line-l", "vision").Version);
        // A broker that is away says so, and stops nothing.
        Assert.Contains("whether a device is in it is not known: ", Assert.Single(Warnings(_fleet.Ok("rollout", "set", "line-9", "vision@2.0.0", "--broker", "mqtt://127.0.0.1:1"))), StringComparison.Ordinal);
    }

    private static IReadOnlyList<string> Warnings(System.Text.Json.JsonElement report) => [.. report.GetProperty("warnings").EnumerateArray().Select(w => w.GetString()!)];

    [Theory]
    [InlineData("set", "ea/st", "vision@1.0.0")]
    [InlineData("set", "east", "vision")]
    [InlineData("set", "east", "vision@")]
    [InlineData("set", "east", "vision@../../x")]
    [InlineData("set", "east", "vision@1.0.0", "--percent", "101")]
    [InlineData("set", "east", "vision@1.0.0", "--percent", "0.001")]
    [InlineData("set", "east", "vision@1.0.0", "--percent", "-1")]
    [InlineData("set", "east", "vision@1.0.0", "--percent", "1,5")]
    [InlineData("set", "east", "vision@1.0.0", "--not-before", "2026-12-01T02:00")]
    [InlineData("set", "east", "vision@1.0.0", "--not-before", "2026-12-01")]
    [InlineData("set", "east", "vision@1.0.0", "--not-before", "+99999999d")]
    [InlineData("set", "east", "vision@1.0.0", "--max-error", "2")]
    [InlineData("set", "east", "vision@1.0.0", "--max-error", "NaN")]
    [InlineData("set", "east", "vision@1.0.0", "--max-latency", "0.5")]
    [InlineData("set", "east", "vision@1.0.0", "--trial-windows", "0")]
    [InlineData("set", "east", "vision@1.0.0", "--seed", "0123456789012345678901234567890123456789012345678901234567890123456789")]
    public async Task Wrong_values_are_wrong_use_and_change_nothing(params string[] args)
    {
        await _fleet.InitAsync();
        await _fleet.AddAsync("vision", "1.0.0", 1);
        Assert.Equal(ExitCode.Usage, _fleet.Run(["rollout", .. args]).Code);
        Assert.Equal(1, _fleet.Content.VersionOf("rollout"));
    }

    [Theory]
    [InlineData("2026-12-01T02:00Z", "2026-12-01T02:00:00Z")]
    [InlineData("2026-12-01T03:00:30+01:00", "2026-12-01T02:00:30Z")]
    public async Task A_moment_is_read_with_its_time_zone(string said, string meant)
    {
        await _fleet.InitAsync();
        await _fleet.AddAsync("vision", "1.0.0", 1);
        _fleet.Ok("rollout", "set", "east", "vision@1.0.0", "--not-before", said);
        Assert.Equal(DateTimeOffset.Parse(meant, System.Globalization.CultureInfo.InvariantCulture), _fleet.Desired("east", "vision").NotBefore);
    }
}
