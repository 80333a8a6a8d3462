using EdgeRunner.Device.Tests.Updates.States;
using EdgeRunner.Device.Tests.Updates.Transports;
using EdgeRunner.Device.Tests.UpdateWriter;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.States;
using EdgeRunner.Messaging.Rollouts;
using Microsoft.AspNetCore.Http;

namespace EdgeRunner.Device.Tests.Updates;

/// <summary>A rollout that only asks moves nothing, whatever the device runs or has begun.</summary>
public sealed class DryRunRolloutTests(Releases releases) : UpdateServiceTestBase(releases)
{
    [Theory]
    [InlineData(0)]
    [InlineData(DesiredModel.AllDevices)]
    public async Task Question_leaves_what_serves_whoever_is_asked(int asked)
    {
        await CommitFirstAndSecondAsync();
        await Rig.AddAsync(Releases, 3);

        await AskAsync(3, model => model with { PercentHundredths = asked, Stable = new StableModel("1.0.0", 1) });

        Assert.Equal(("2.0.0", "committed"), (Rig.Serves, Rig.Report!.Phase));
        await Rig.CheckAsync();
        Assert.Equal("2.0.0", Rig.Serves);
        if (asked == 0) Assert.Equal("the group asks 0 % whether 3.0.0 could be taken, and this device is not among them", Rig.Report!.Waiting);
        else Assert.Equal(("3.0.0", true), (Rig.Report!.DryRun!.Version, Rig.Report.DryRun.Ok));
    }

    [Fact]
    public async Task Question_about_what_serves_is_answered_with_nothing_to_fetch()
    {
        await CommitFirstAndSecondAsync();

        await AskAsync(2, model => model with { Stable = new StableModel("1.0.0", 1) });

        Assert.Equal(("2.0.0", true, 0), (Rig.Report!.DryRun!.Version, Rig.Report.DryRun.Ok, Rig.Report.DryRun.BytesToMove));
        Assert.Equal("2.0.0", Rig.Serves);
    }

    [Theory]
    [InlineData(2)] // about the version that is under way
    [InlineData(3)] // about another
    public async Task Download_stands_still_for_a_question_and_goes_on_when_it_is_wanted(int version)
    {
        await using var depot = await StartOverHttpAsync();
        await Rig.UntilAsync(UpdatePhase.Committed, "1.0.0");
        depot.Answer = RefuseModels;
        await Rig.AddAsync(Releases, 2);
        await Rig.AddAsync(Releases, 3);
        await Rig.WantAsync(2);
        await Rig.CheckAsync();
        await Rig.UntilAsync(() => Rig.Report is { Phase: "downloading", ReasonCode: UpdateReasons.Unavailable });

        await AskAsync(version);
        await Rig.UntilAsync(() => Rig.Report?.Waiting is not null);
        depot.Answer = _ => Task.FromResult(false); // What stood in its way is gone.
        await Rig.CheckAsync();
        await Rig.CheckAsync();

        Assert.Equal(("1.0.0", "downloading", "2.0.0"), (Rig.Serves, Rig.Report!.Phase, Rig.Report.Version));
        Assert.Equal($"tiny 2.0.0 stands still (downloading): the group asks whether {version}.0.0 could be taken", Rig.Report.Waiting);
        Assert.Equal($"{version}.0.0", Rig.Report.DryRun!.Version);
        await Rig.WantAsync(2);
        await Rig.CheckAsync();
        await Rig.UntilAsync(UpdatePhase.Committed, "2.0.0");
        Assert.Null(Rig.Report!.Waiting);
    }

    [Fact]
    public async Task Probe_that_was_stopped_for_a_question_does_not_go_on_at_the_next_start_before_the_repository_has_answered()
    {
        await CommitFirstAndSecondAsync();
        Rig.Story.Swap = _ => new Device.Swaps.ActivationReport(UpdateStory.Model, "3.0.0", Activated: false, "no memory left", []) { MayPass = true };
        await Rig.AddAsync(Releases, 3);
        await Rig.WantAsync(3);
        await Rig.CheckAsync();
        await Rig.UntilAsync(() => Rig.Report is { Phase: "staged", ReasonCode: UpdateReasons.SwapRefused });
        await AskAsync(3);
        await Rig.UntilAsync(() => Rig.Story.Store.Read(UpdateStory.Model).Held);
        await Rig.StopAsync();

        var away = Rig.Repository.Path + "-away";
        Directory.Move(Rig.Repository.Path, away);
        await Rig.StartAsync();
        await Rig.UntilAsync(() => Rig.Service.Snapshot()!.ProblemCode is UpdateReasons.Unavailable);

        Assert.False((await Rig.CheckAsync()).Done);
        Assert.Equal(("2.0.0", "staged"), (Rig.Serves, Rig.Report!.Phase));
        Directory.Move(away, Rig.Repository.Path);
        await Rig.WantAsync(3);
        await Rig.CheckAsync();
        await Rig.UntilAsync(UpdatePhase.Committed, "3.0.0");
        Assert.False(Rig.Story.Store.Read(UpdateStory.Model).Held);
    }

    [Fact]
    public async Task Trial_that_runs_is_finished_though_the_group_asks_for_another()
    {
        await CommitFirstAndSecondAsync();
        var end = new TaskCompletionSource<TrialVerdict>();
        Rig.Story.Watch = stop => end.Task.WaitAsync(stop);
        await Rig.AddAsync(Releases, 3);
        await Rig.AddAsync(Releases, 4);
        await Rig.WantAsync(3);
        await Rig.CheckAsync();
        await Rig.UntilAsync(() => Rig.Report is { Phase: "trial" } && Rig.Serves is "3.0.0");

        await AskAsync(4);
        await Rig.StopAsync(); // Also over a restart in order.
        await Rig.StartAsync();
        await Rig.CheckAsync();
        await Rig.UntilAsync(UpdatePhase.Committed, "3.0.0");

        Assert.DoesNotContain("rolling-back", Rig.Phases, StringComparison.Ordinal);
        Assert.Equal("4.0.0", Rig.Report!.DryRun?.Version);
    }

    private async Task CommitFirstAndSecondAsync()
    {
        await Rig.AddAsync(Releases, 2);
        await Rig.StartAsync();
        await Rig.UntilAsync(UpdatePhase.Committed, "1.0.0");
        await Rig.WantAsync(2);
        await Rig.CheckAsync();
        await Rig.UntilAsync(UpdatePhase.Committed, "2.0.0");
    }

    private async Task AskAsync(int number, Func<DesiredModel, DesiredModel>? change = null)
    {
        await Rig.WantAsync(number, model => (change?.Invoke(model) ?? model) with { DryRun = true });
        var answer = await Rig.CheckAsync();
        Assert.True(answer.Done, answer.Words);
        await Rig.CheckAsync(); // What the first has begun would be seen by now.
    }

    private async Task<WebServer> StartOverHttpAsync()
    {
        var depot = await WebServer.StartAsync(Rig.Repository.Path);
        await Rig.StartAsync(source: depot.Address.ToString());
        return depot;
    }

    private static Task<bool> RefuseModels(HttpContext context)
    {
        var isModel = context.Request.Path.Value!.EndsWith(".ermodel", StringComparison.Ordinal);
        if (isModel) context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return Task.FromResult(isModel);
    }
}
