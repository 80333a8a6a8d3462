using System.Diagnostics;
using EdgeRunner.Device.Tests.UpdateWriter;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.States;

namespace EdgeRunner.Device.Tests.Updates.States;

/// <summary>A process is killed on entering, inside and on leaving each state of an update, and the next one finds its way (after Mender's state tests).</summary>
public sealed class UpdateKillTests(Releases releases) : IClassFixture<Releases>, IDisposable
{
    private const string Success = "downloading verified staged probing trial committed";
    private const string BadProbe = "downloading verified staged probing rejected";
    private const string BadTrial = "downloading verified staged probing trial rolling-back rejected";

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("success", Success)]
    [InlineData("bad-probe", BadProbe)]
    [InlineData("bad-trial", BadTrial)]
    public async Task Update_killed_anywhere_ends_as_if_nothing_had_been_and_one_killed_in_its_trial_goes_back(string name, string trace)
    {
        var start = await PrepareAsync();
        var whole = await EndAsync(Copy(start, "whole"), name);
        Assert.Equal(trace, whole.Trace);
        // Every phase but the first is in the trace; before that there is nothing to lose.
        var phases = trace.Split(' ').Select(word => Enum.GetValues<UpdatePhase>().Single(phase => phase.Word() == word)).Prepend(UpdatePhase.Idle).ToList();
        List<(UpdatePhase Phase, UpdateMoment Moment)> kills = [.. phases.SelectMany(phase => Enum.GetValues<UpdateMoment>().Select(moment => (phase, moment)))
            .Where(kill => kill.phase != UpdatePhase.Idle || kill.moment == UpdateMoment.Leaving)];
        await Parallel.ForEachAsync(kills, new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (kill, _) =>
        {
            var (phase, moment) = kill;
            var state = Copy(start, $"{name}-{phase}-{moment}");
            await RunAndKillAsync(state, name, phase, moment);
            var ended = await EndAsync(state, name);
            // A model that takes the daemon down, with its outputs or while it is loaded, is not tried again.
            var expected = phase != UpdatePhase.Trial ? trace : moment == UpdateMoment.Entering
                ? "downloading verified staged probing trial rejected"
                : "downloading verified staged probing trial rolling-back rejected";
            Assert.Equal((phase, moment, expected), (phase, moment, ended.Trace));
            var content = phase == UpdatePhase.Trial ? (await EndAsync(Copy(start, $"{name}-{moment}-cut"), name, moment)).Content : whole.Content;
            Assert.Equal($"{phase} {moment}\n{content}", $"{phase} {moment}\n{ended.Content}");
            if (phase == UpdatePhase.Trial) AssertCrashed(state);
            // And a start later nothing moves any more.
            Assert.Equal(ended, await EndAsync(state, name));
        });
    }

    /// <summary>A device that runs 1.0.0 by an update.</summary>
    private async Task<string> PrepareAsync()
    {
        var start = _directory.File("start");
        Assert.Equal(UpdatePhase.Committed, (await new UpdateStory(start, "success").RunAsync(releases.Release(1))).Phase);
        return start;
    }

    private string Copy(string from, string name)
    {
        var to = _directory.File(name);
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return to;
    }

    /// <summary>Runs the update to its end in this process.</summary>
    private async Task<(string Trace, string Content)> EndAsync(string state, string name, UpdateMoment? cutInTrial = null)
    {
        var story = new UpdateStory(state, name);
        story.Store.Written = record => File.AppendAllText(Path.Combine(state, "trace"), record.Phase.Word() + "\n");
        story.Reached = (phase, moment) =>
        {
            if (phase == UpdatePhase.Trial && moment == cutInTrial) throw new OperationCanceledException(); // As if the process ended here: nobody catches it.
        };
        try
        {
            await story.RunAsync(releases.Release(2));
        }
        catch (OperationCanceledException)
        {
            return await EndAsync(state, name);
        }

        Assert.Empty(story.Said);
        return ((await File.ReadAllTextAsync(Path.Combine(state, "trace"))).Trim().ReplaceLineEndings(" "), UpdateContent.Of(state));
    }

    private static void AssertCrashed(string state)
    {
        var story = new UpdateStory(state, "success");
        Assert.Equal("1.0.0", story.Bundles.InUse(UpdateStory.Model));
        Assert.Equal(["1.0.0"], story.Bundles.VersionsOf(UpdateStory.Model));
        Assert.Equal((UpdateReasons.TrialCrash, "2.0.0"), (Assert.Single(story.Denied.List()).Code, story.Denied.List()[0].Version));
        Assert.Equal((UpdateReasons.TrialCrash, "1.0.0"), (story.History.Read(UpdateStory.Model)[^1].Code, story.History.Read(UpdateStory.Model)[^1].Active));
    }

    private async Task RunAndKillAsync(string state, string name, UpdatePhase phase, UpdateMoment moment)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in new[] { "exec", WriterPath(), state, releases.File("2.0.0"), "2.0.0", "2", name, phase.ToString(), moment.ToString() }) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 128 + 9, $"{name} was not killed in {phase} {moment} but ended with {process.ExitCode}: {error}");
    }

    internal static string WriterPath()
    {
        var mine = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(mine.Parent!.Parent!.FullName, "EdgeRunner.Device.Tests.UpdateWriter", mine.Name, "EdgeRunner.Device.Tests.UpdateWriter.dll");
    }
}
