using EdgeRunner.Device.Probing;
using EdgeRunner.Device.Tests.Updates.States;
using EdgeRunner.Device.Tests.Updates.Transports;
using EdgeRunner.Device.Tests.UpdateWriter;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.States;
using Microsoft.AspNetCore.Http;

namespace EdgeRunner.Device.Tests.Updates;

/// <summary>A depot whose metadata is fresh and that keeps other files back; and what a check asks of one that does not.</summary>
public sealed class WithheldFileTests(Releases releases) : UpdateServiceTestBase(releases)
{
    private const string Index = ".chunks";
    private const string DesiredState = $".{ServiceRig.Group}.json";

    [Theory]
    [InlineData(Index)]
    [InlineData(DesiredState)]
    public async Task Revoked_version_goes_out_of_use_though_the_depot_refuses(string ending)
    {
        await using var depot = await StartOverHttpAsync();
        await Rig.UntilAsync(UpdatePhase.Committed, "1.0.0");
        await RevokeForSecondAsync();
        depot.Answer = context =>
        {
            if (IsFor(context, ending)) context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.FromResult(IsFor(context, ending));
        };

        await Rig.CheckAsync();

        await Rig.UntilAsync(() => Rig.Serves is null);
        Assert.Contains("1.0.0 (release 1) may not run any more: the signed min_release is 2", Rig.Story.Bundles.Withheld(UpdateStory.Model), StringComparison.Ordinal);
        depot.Answer = _ => Task.FromResult(false);
        await Rig.CheckAsync();
        await Rig.UntilAsync(UpdatePhase.Committed, "2.0.0");
    }

    [Fact]
    public async Task Revoked_version_goes_out_of_use_while_the_check_still_waits_for_an_index()
    {
        await using var depot = await StartOverHttpAsync();
        await Rig.UntilAsync(UpdatePhase.Committed, "1.0.0");
        await RevokeForSecondAsync();
        var release = new TaskCompletionSource();
        depot.Answer = async context =>
        {
            if (IsFor(context, Index)) await release.Task;
            return false;
        };

        var check = Rig.CheckAsync();
        await Rig.UntilAsync(() => Rig.Serves is null);

        Assert.False(check.IsCompleted);
        release.SetResult();
        Assert.True((await check).Done);
        await Rig.UntilAsync(UpdatePhase.Committed, "2.0.0");
    }

    [Fact]
    public async Task Second_trouble_of_a_kind_is_told_as_the_first_was_and_each_wakes_the_report()
    {
        await using var depot = await StartOverHttpAsync();
        var woken = 0;
        Rig.Story.Board.Changed = () =>
        {
            if (Rig.Report is { Phase: "downloading", ReasonCode: not null }) Interlocked.Increment(ref woken);
        };
        await Rig.UntilAsync(UpdatePhase.Committed, "1.0.0");
        foreach (var number in (int[])[2, 3])
        {
            depot.Answer = context =>
            {
                if (IsFor(context, ".ermodel")) context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return Task.FromResult(IsFor(context, ".ermodel"));
            };
            await Rig.AddAsync(Releases, number);
            await Rig.WantAsync(number);
            await Rig.CheckAsync();
            await Rig.UntilAsync(() => Rig.StatusLogText.Split("(tried again in").Length == number); // one more each time
            Assert.Equal(number - 1, Volatile.Read(ref woken));
            Assert.Matches(@"\(tried again at [0-9:]{8}Z\)", UpdateWords.Of(Rig.Report!));
            depot.Answer = _ => Task.FromResult(false);
            await Rig.CheckAsync();
            await Rig.UntilAsync(UpdatePhase.Committed, $"{number}.0.0");
        }
    }

    [Fact]
    public async Task Unchanged_repository_costs_a_device_no_file_that_it_has_had()
    {
        await using var depot = await StartOverHttpAsync();
        await Rig.UntilAsync(UpdatePhase.Committed, "1.0.0");
        Assert.Equal(1, Asked(depot, Index));

        // What serves is not fetched again, nor is its index, also after a restart.
        await Rig.CheckAsync();
        await Rig.StopAsync();
        await Rig.StartAsync(source: depot.Address.ToString());
        await Rig.CheckAsync();
        await Rig.CheckAsync();
        Assert.Equal(1, Asked(depot, Index));

        // The index of a release that was refused is asked for once, and so is the desired state.
        Rig.Story.Probe = path => UpdateStory.ReportOf(path, ProbeReason.GoldenMismatch);
        await Rig.AddAsync(Releases, 2);
        await Rig.WantAsync(2);
        await Rig.CheckAsync();
        await Rig.UntilAsync(UpdatePhase.Rejected, "2.0.0");
        var (indices, states, all) = (Asked(depot, Index), Asked(depot, DesiredState), depot.Requests.Count);
        for (var i = 0; i < 3; i++) Assert.True((await Rig.CheckAsync()).Done);
        Assert.Equal((2, indices, states), (Asked(depot, Index), Asked(depot, Index), Asked(depot, DesiredState)));
        // The next root, which is not there, and the timestamp.
        Assert.Equal(3 * 2, depot.Requests.Count - all);
    }

    [Fact]
    public async Task Version_that_a_person_has_left_is_wanted_again_with_the_next_check()
    {
        await Rig.AddAsync(Releases, 2);
        await using var depot = await StartOverHttpAsync();
        await Rig.UntilAsync(UpdatePhase.Committed, "1.0.0");
        await Rig.WantAsync(2);
        await Rig.CheckAsync();
        await Rig.UntilAsync(UpdatePhase.Committed, "2.0.0");
        await Rig.CheckAsync();

        Assert.True((await Rig.Service.RollBackAsync(UpdateStory.Model, default)).Done);
        await Rig.UntilAsync(() => Rig.Report is { Phase: "rejected", ReasonCode: UpdateReasons.RolledBackByHand });
        await Rig.CheckAsync(retry: true);

        await Rig.UntilAsync(UpdatePhase.Committed, "2.0.0");
    }

    private static bool IsFor(HttpContext context, string ending) => context.Request.Path.Value!.EndsWith(ending, StringComparison.Ordinal);

    private static int Asked(WebServer depot, string ending) => depot.Requests.Count(request => request.Target.EndsWith(ending, StringComparison.Ordinal));

    private async Task<WebServer> StartOverHttpAsync()
    {
        var depot = await WebServer.StartAsync(Rig.Repository.Path);
        await Rig.StartAsync(source: depot.Address.ToString());
        return depot;
    }

    private async Task RevokeForSecondAsync()
    {
        await Rig.AddAsync(Releases, 2, minRelease: 2);
        await Rig.WantAsync(2);
        await Rig.RevokeFirstAsync(below: 2);
    }
}
