using EdgeRunner.Fleet.Devices;
using EdgeRunner.Fleet.Rollouts;
using EdgeRunner.Fleet.Tests.Devices;
using EdgeRunner.Messaging.Payloads;
using EdgeRunner.Messaging.Rollouts;

namespace EdgeRunner.Fleet.Tests.Rollouts;

public sealed class DeviceProgressTests
{
    private static readonly DesiredModel Second = new("2.0.0", 2, "seed", DesiredModel.AllDevices) { Stable = new StableModel("1.0.0", 1) };

    private static DeviceView Device(string? active, UpdateReport? update = null) => new("box-1") { Report = ReportingDevices.Report("box-1", active: active, update: update) };

    private static UpdateReport Update(string phase, string? version = "2.0.0") => new("vision", phase) { Version = version };

    private static RolloutState StateOf(DeviceView device, DesiredModel? desired = null) => DeviceProgress.Of(device, "vision", desired ?? Second).State;

    [Theory]
    [InlineData("downloading", "2.0.0", "under-way")]
    [InlineData("verified", "2.0.0", "under-way")]
    [InlineData("staged", "2.0.0", "under-way")]
    [InlineData("probing", "2.0.0", "under-way")]
    [InlineData("trial", "2.0.0", "under-way")]
    [InlineData("rolling-back", "2.0.0", "under-way")]
    [InlineData("rejected", "2.0.0", "rejected")]
    [InlineData("committed", "2.0.0", "waiting")] // it has gone out of use since: 1.0.0 serves
    [InlineData("committed", "1.0.0", "waiting")]
    [InlineData("rejected", "1.5.0", "waiting")]
    [InlineData("downloading", "1.5.0", "waiting")]
    [InlineData("idle", null, "waiting")]
    [InlineData("a phase of the future", "2.0.0", "waiting")]
    public void The_phase_counts_when_it_is_about_the_version_that_is_wanted(string phase, string? version, string state) =>
        Assert.Equal(state.Replace("-", "", StringComparison.Ordinal), StateOf(Device("1.0.0", Update(phase, version))).ToString(), ignoreCase: true);

    [Fact]
    public void A_device_that_runs_what_is_wanted_is_done_however_it_came_by_it()
    {
        Assert.Equal(RolloutState.Done, StateOf(Device("2.0.0")));
        Assert.Equal(RolloutState.Done, StateOf(Device("2.0.0", Update("idle", null))));
        Assert.Equal(RolloutState.Done, StateOf(Device("2.0.0", Update("committed"))));
        Assert.Equal(RolloutState.Done, StateOf(Device(null, Update("committed"))));
        Assert.Equal(RolloutState.Done, StateOf(Device("2.0.0", Update("rejected"))));
        Assert.Equal(RolloutState.UnderWay, StateOf(Device("2.0.0", Update("trial"))));
    }

    [Fact]
    public void A_pinned_device_is_told_from_one_that_waits()
    {
        Assert.Equal(RolloutState.Pinned, StateOf(Device("1.0.0", Update("committed", "1.0.0") with { Pinned = true })));
        Assert.Equal(RolloutState.Done, StateOf(Device("2.0.0", Update("committed") with { Pinned = true })));
    }

    [Fact]
    public void In_a_dry_run_the_answer_counts_and_only_the_one_about_this_version()
    {
        var desired = Second with { DryRun = true };
        var answer = Update("committed", "1.0.0") with { DryRun = new DryRunReport("2.0.0", Ok: true, [], 5) };
        Assert.Equal(RolloutState.Could, StateOf(Device("1.0.0", answer), desired));
        Assert.Equal(RolloutState.CouldNot, StateOf(Device("1.0.0", answer with { DryRun = answer.DryRun with { Ok = false } }), desired));
        Assert.Equal(RolloutState.Waiting, StateOf(Device("1.0.0", answer with { DryRun = answer.DryRun with { Version = "1.9.0" } }), desired));
    }

    [Fact]
    public void In_a_dry_run_who_runs_the_version_or_has_refused_it_has_answered_and_who_is_not_asked_has_not_to()
    {
        var desired = Second with { DryRun = true };
        Assert.Equal(RolloutState.Could, StateOf(Device("2.0.0", Update("committed")), desired));
        var refused = Device("1.0.0", Update("rejected") with { ReasonCode = "trial-crash", Reason = "it died" });
        Assert.Equal(RolloutState.CouldNot, StateOf(refused, desired));
        Assert.Equal("refused here before: trial-crash: it died, offline", RolloutStatusText.What(DeviceProgress.Of(refused, "vision", desired), desired, DateTimeOffset.UnixEpoch));
        Assert.Equal(RolloutState.NotInPercentage, StateOf(Device("1.5.0"), desired with { PercentHundredths = 0 }));
    }

    [Fact]
    public void A_part_that_has_drawn_no_device_is_done_and_says_so_and_a_group_without_devices_is_not()
    {
        var seed = Enumerable.Range(0, 1000).Select(n => $"seed-{n}").First(s => !Participation.Includes("box-1", Second with { Seed = s, PercentHundredths = 5_000 }));
        var desired = Second with { Seed = seed, PercentHundredths = 5_000 };
        var drawn = RolloutProgress.Of("east", "vision", desired, [Device("1.0.0")]);
        Assert.True(drawn.IsDone);
        Assert.Contains("drawn none", string.Join('\n', RolloutStatusText.Lines(new RolloutStatusReport([drawn], [], Broker: null), DateTimeOffset.UnixEpoch, 10)), StringComparison.Ordinal);
        Assert.False(RolloutProgress.Of("east", "vision", desired, []).IsDone);
    }

    [Fact]
    public void Who_is_not_in_the_percentage_is_to_run_what_all_had()
    {
        var desired = Second with { PercentHundredths = 0 };
        Assert.Equal(RolloutState.NotInPercentage, StateOf(Device("1.0.0"), desired));
        Assert.Equal(RolloutState.Waiting, StateOf(Device("2.0.0", Update("committed")), desired));
        Assert.Equal(RolloutState.NotInPercentage, StateOf(Device("2.0.0"), desired with { Stable = null }));
        Assert.Equal("1.0.0", DeviceProgress.Of(Device("2.0.0"), "vision", desired).Wanted);
    }

    [Fact]
    public void Numbers_at_the_end_of_their_range_neither_overflow_nor_divide_by_nothing()
    {
        var huge = Update("downloading") with { BytesDone = long.MaxValue, BytesTotal = long.MaxValue, BytesPerSecond = double.MaxValue, RemainingSeconds = double.MaxValue };
        var devices = Enumerable.Range(0, 3).Select(n => Device("1.0.0", huge) with { Id = $"box-{n}" }).Append(Device("1.0.0", Update("downloading") with { BytesTotal = 0 }));
        var report = new RolloutStatusReport([RolloutProgress.Of("east", "vision", Second, devices)], [], Broker: null);

        Assert.Contains("(100 %)", string.Join('\n', RolloutStatusText.Lines(report, DateTimeOffset.UnixEpoch, 10)), StringComparison.Ordinal);
    }

    [Fact]
    public void Failures_come_first_and_what_does_not_fit_is_counted()
    {
        DeviceView[] devices = [Device("2.0.0") with { Id = "a" }, Device("1.0.0") with { Id = "b" }, Device("1.0.0", Update("rejected") with { ReasonCode = "golden-mismatch", Reason = "case \"quiet\" differs" }) with { Id = "c" }];
        var report = new RolloutStatusReport([RolloutProgress.Of("east", "vision", Second, devices)], [new UnreportedDevice("d", Online: true, "it never reported")], "no route");
        var lines = RolloutStatusText.Lines(report, DateTimeOffset.UnixEpoch, 2);

        Assert.Equal("  [##########....................] 1 of 3 done, 1 waiting, 1 failed (1 of them offline)", lines[1]);
        Assert.Equal("  c       rejected  1.0.0  golden-mismatch: case \"quiet\" differs, offline", lines[3]);
        Assert.Equal("  and 1 more", lines[5]);
        Assert.Equal("of no known group: d (online, it never reported)", lines[7]);
        Assert.Equal("NO CONNECTION to the broker: no route", lines[8]);
    }
}
