using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.Policies;
using EdgeRunner.Messaging.Rollouts;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Device.Tests.Updates.Policies;

public sealed class UpdatePolicyTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    private static readonly DesiredModel Wanted = new("2.0.0", 2, "seed", DesiredModel.AllDevices) { Stable = new StableModel("1.0.0", 1) };

    [Fact]
    public void Device_takes_part_exactly_when_its_place_is_below_the_percentage_and_keeps_the_stable_version_else()
    {
        var cases =
            from device in Gen.Choose(0, 100_000).Select(n => $"board-{n}")
            from seed in Gen.Choose(0, 1000).Select(n => $"s{n}")
            from part in Gen.Choose(0, DesiredModel.AllDevices)
            select (device, seed, part);
        Prop.ForAll(cases.ToArbitrary(), one =>
        {
            var goal = UpdatePolicy.Decide("m", Wanted with { Seed = one.seed, PercentHundredths = one.part }, one.device, hasBegun: false, pin: null, Now);
            var takesPart = Participation.PlaceOf(one.device, one.seed) < one.part;
            return goal.Kind == UpdateGoalKind.Take && (goal.Version is "2.0.0") == takesPart && (goal.Version is "1.0.0") == !takesPart;
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(false, false, false, null, false, UpdateGoalKind.Take, "2.0.0")]
    [InlineData(true, false, false, null, false, UpdateGoalKind.Wait, "2.0.0")]
    [InlineData(true, true, false, null, false, UpdateGoalKind.Take, "2.0.0")] // Paused: who has begun goes on.
    [InlineData(false, false, true, null, false, UpdateGoalKind.DryRun, "2.0.0")]
    [InlineData(false, true, true, null, false, UpdateGoalKind.DryRun, "2.0.0")] // A question moves nothing of what has begun either.
    [InlineData(false, false, false, 60, false, UpdateGoalKind.Wait, "2.0.0")]
    [InlineData(false, true, false, 60, false, UpdateGoalKind.Take, "2.0.0")]
    [InlineData(false, false, false, -60, false, UpdateGoalKind.Take, "2.0.0")]
    [InlineData(false, false, false, -60, true, UpdateGoalKind.Wait, "2.0.0")] // Nobody has set the clock.
    public void Pause_moment_and_dry_run_hold_for_who_has_not_begun(bool paused, bool hasBegun, bool dryRun, int? notBefore, bool clockIsUnset, object kind, string version)
    {
        var desired = Wanted with { Stable = null, Paused = paused, DryRun = dryRun, NotBefore = notBefore is { } seconds ? Now.AddSeconds(seconds) : null };
        var goal = UpdatePolicy.Decide("m", desired, "d", hasBegun, pin: null, clockIsUnset ? null : Now);
        Assert.Equal(((UpdateGoalKind)kind, version), (goal.Kind, goal.Version));
        if (goal.Kind == UpdateGoalKind.Wait && notBefore is not null) Assert.Equal(desired.NotBefore, goal.Until);
    }

    [Fact]
    public void Who_keeps_the_stable_version_says_why_it_is_not_the_newer_one()
    {
        string? Aside(DesiredModel desired) => UpdatePolicy.Decide("m", desired, "d", hasBegun: false, pin: null, Now) is { Kind: UpdateGoalKind.Take, Version: "1.0.0" } goal && goal.Words == $"{goal.Aside}: the group wants 1.0.0 meanwhile" ? goal.Aside : null;

        Assert.Equal("2.0.0 is for 0.5 %, and this device is not among them", Aside(Wanted with { PercentHundredths = 50, Seed = OutsiderSeed() }));
        Assert.Equal("the rollout of 2.0.0 is paused", Aside(Wanted with { Paused = true }));
        Assert.Equal("2.0.0 comes not before 2026-11-21 10:01:00Z", Aside(Wanted with { NotBefore = Now.AddMinutes(1) }));
        Assert.Null(UpdatePolicy.Decide("m", Wanted, "d", hasBegun: false, pin: null, Now).Aside);
        Assert.Equal(Now.AddMinutes(1), UpdatePolicy.Decide("m", Wanted with { NotBefore = Now.AddMinutes(1) }, "d", hasBegun: false, pin: null, Now).Until);

        static string OutsiderSeed() => Enumerable.Range(0, 100).Select(n => $"s{n}").First(seed => Participation.PlaceOf("d", seed) >= 50);
    }

    [Fact]
    public void Question_keeps_what_runs_whoever_is_asked()
    {
        foreach (var part in (int[])[0, DesiredModel.AllDevices])
        {
            foreach (var hasBegun in (bool[])[false, true])
            {
                var goal = UpdatePolicy.Decide("m", Wanted with { DryRun = true, PercentHundredths = part }, "d", hasBegun, pin: null, Now);
                Assert.Equal((true, part == 0 ? UpdateGoalKind.Keep : UpdateGoalKind.DryRun), (goal.Holds, goal.Kind));
            }
        }
    }

    [Fact]
    public void Pin_goes_before_the_group()
    {
        var goal = UpdatePolicy.Decide("m", Wanted, "d", hasBegun: false, pin: "1.5.0", Now);
        Assert.Equal((UpdateGoalKind.Keep, "pinned to 1.5.0 by hand; the group wants 2.0.0"), (goal.Kind, goal.Words));
    }

    [Theory]
    [InlineData("1.18.0", 21)]
    [InlineData("1.20.1", 21)]
    [InlineData("1.21.0", 22)]
    [InlineData("1.30.0", null)]
    [InlineData(null, null)]
    [InlineData("2.0", null)]
    public void Opset_is_only_judged_where_it_is_known(string? version, int? opset) => Assert.Equal(opset, ReleaseFit.HighestOpset(version));

    [Fact]
    public void Needs_are_compared_with_what_the_device_has()
    {
        var facts = new DeviceFacts("1.21.0", ["CUDAExecutionProvider", "CPUExecutionProvider"], AvailableMemoryBytes: 100 << 20, TotalMemoryBytes: 512 << 20);
        Assert.Empty(ReleaseFit.FindProblems(new ReleaseNeeds { MemoryBytes = 400 << 20, Opset = 22, Providers = ["tensorrt", "cuda"] }, facts));
        Assert.Equal(["it needs 400 MiB of memory, 100 MiB are free now"], ReleaseFit.FindShortages(new ReleaseNeeds { MemoryBytes = 400 << 20 }, facts));
        Assert.Empty(ReleaseFit.FindShortages(new ReleaseNeeds { MemoryBytes = 100 << 20 }, facts));
        Assert.Equal(3, ReleaseFit.FindProblems(new ReleaseNeeds { MemoryBytes = 600 << 20, Opset = 23, Providers = ["tensorrt"] }, facts).Count);
        Assert.Empty(ReleaseFit.FindProblems(new ReleaseNeeds { Opset = 99, Providers = ["tensorrt"] }, facts with { OnnxRuntime = null, Providers = [] }));
    }
}
