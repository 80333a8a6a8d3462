using EdgeRunner.Device.Commands;
using EdgeRunner.Device.Probing;
using EdgeRunner.Device.Tests.Updates.States;
using EdgeRunner.Device.Tests.UpdateWriter;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.States;

namespace EdgeRunner.Device.Tests.Updates;

/// <summary>A card that spoils what is written to it: the first copy is brought back at once, and after that the card is left in peace for longer and longer.</summary>
public sealed class SpoiledCardTests(Releases releases) : UpdateServiceTestBase(releases)
{
    private const string Model = UpdateStory.Model;

    [Fact]
    public async Task Release_that_the_card_spoils_before_its_probe_is_fetched_again_once_and_then_waits_also_over_a_restart()
    {
        await BeginAsync();
        Rig.Story.Probe = path => UpdateStory.ReportOf(path, ProbeReason.BundleInvalid);
        Rig.Story.Reached = (phase, moment) =>
        {
            if (phase == UpdatePhase.Staged && moment == UpdateMoment.Leaving) BundleDamage.FlipByte(Rig.Story.Bundles.FindBundle(Model, "2.0.0")!);
        };
        await Rig.WantAsync(2);
        await Rig.CheckAsync();
        await Rig.UntilAsync(() => Rig.Report is { ReasonCode: UpdateReasons.DigestMismatch } && !IsHeld);
        await Rig.CheckAsync(); // Ends the usual pause.
        await Rig.UntilAsync(() => IsHeld);
        await AssertIsHeldAsync(2);
        var downloads = Downloads;

        await Rig.StopAsync();
        await Rig.StartAsync();
        await AssertIsHeldAsync(2);

        Assert.Equal(downloads, Downloads);
        Assert.Equal("1.0.0", Rig.Serves);
        Assert.Empty(Rig.Story.Denied.List());
        await AssertRetryHelpsAsync();
    }

    [Fact]
    public async Task Committed_version_that_the_card_spoils_is_brought_back_at_once_and_the_second_time_waits()
    {
        await BeginAsync();
        await Rig.WantAsync(2);
        await Rig.CheckAsync();
        await UntilServesAsync();
        Spoil();
        await Rig.CheckAsync();
        await Rig.UntilAsync(() => Downloads == 3);
        await UntilServesAsync();
        Spoil();
        await AssertIsHeldAsync(2);

        Assert.Equal((3, "1.0.0"), (Downloads, Rig.Serves));
        await AssertRetryHelpsAsync();

        // The count begins anew: a person may have replaced the card.
        Spoil();
        await Rig.CheckAsync();
        await Rig.UntilAsync(() => Downloads == 5);
        await UntilServesAsync();
    }

    private int Downloads => Rig.Phases.Split(' ').Count(phase => phase is "verified");

    private bool IsHeld => Rig.Report?.Reason?.Contains("has spoiled 2.0.0", StringComparison.Ordinal) is true;

    private async Task BeginAsync()
    {
        await Rig.StartAsync();
        await Rig.UntilAsync(UpdatePhase.Committed, "1.0.0");
        await Rig.AddAsync(Releases, 2);
    }

    private void Spoil() => BundleDamage.FlipByte(Rig.Story.Bundles.FindBundle(Model, "2.0.0")!);

    private Task UntilServesAsync() => Rig.UntilAsync(() => Rig.Serves is "2.0.0" && Rig.Report is { Phase: "committed", Version: "2.0.0" } && Rig.Service.Snapshot() is { IsChecking: false });

    // However often somebody looks.
    private async Task AssertIsHeldAsync(int times)
    {
        for (var i = 0; i < 5; i++)
        {
            var answer = await Rig.CheckAsync();
            Assert.Contains($"has spoiled 2.0.0 {times} times; it is fetched again at 20", answer.Words, StringComparison.Ordinal);
        }

        await Rig.UntilAsync(() => IsHeld);
        using var text = new StringWriter();
        UpdateText.Write(Rig.Service.Snapshot()!, text);
        Assert.Contains($"digest-mismatch: the card or disk of this device has spoiled 2.0.0 {times} times; it is fetched again at ", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("or now with edgerunner update check --retry. Replace the card", text.ToString(), StringComparison.Ordinal);
        Assert.Contains($"has spoiled 2.0.0 {times} times", Rig.StatusLogText, StringComparison.Ordinal);
    }

    private async Task AssertRetryHelpsAsync()
    {
        await Rig.CheckAsync(retry: true);
        await UntilServesAsync();
        Assert.Null(Rig.Report!.ReasonCode);
    }
}
