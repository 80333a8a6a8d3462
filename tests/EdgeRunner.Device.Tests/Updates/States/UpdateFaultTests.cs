using System.Diagnostics;
using EdgeRunner.Device.Tests.UpdateWriter;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.States;

namespace EdgeRunner.Device.Tests.Updates.States;

/// <summary>System calls that fail, and disks that are full: whatever an update comes to then, a clean run afterwards brings it to its end (after aktualizr's tests).</summary>
public sealed class UpdateFaultTests(Releases releases) : IClassFixture<Releases>, IDisposable
{
    private const int Rounds = 6;

    /// <summary>Of Debian's fiu-utils.</summary>
    private const string FiuRun = "/usr/bin/fiu-run";

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Update_under_failing_writes_flushes_and_renames_is_finished_by_a_clean_run()
    {
        Assert.True(File.Exists(FiuRun), "needs fiu-run: run scripts/setup.sh");
        var failed = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, Rounds), new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (round, stop) =>
        {
            var state = _directory.File($"{round}");
            await new UpdateStory(state, "success").RunAsync(releases.Release(1), stop);
            if (await RunWithFaultsAsync(state, probability: 0.05 + (0.05 * round)) != 0) Interlocked.Increment(ref failed);

            await EndAsync(state);
        });
        Assert.True(failed > 0, "no run met a fault that it had to tell of; are the faults injected?");
    }

    [Fact]
    public async Task Update_on_a_disk_that_is_full_from_any_step_on_is_finished_when_there_is_room()
    {
        foreach (var phase in new[] { UpdatePhase.Idle, UpdatePhase.Downloading, UpdatePhase.Verified, UpdatePhase.Staged, UpdatePhase.Probing, UpdatePhase.Trial, UpdatePhase.Committed })
        {
            using var disk = SmallDisk.Mount(1 << 20);
            await new UpdateStory(disk.Path, "success").RunAsync(releases.Release(1));
            var story = new UpdateStory(disk.Path, "success");
            var isFull = false;
            story.Reached = (at, moment) =>
            {
                if (at != phase || moment != UpdateMoment.Leaving || isFull) return;
                isFull = true;
                disk.FillUp();
            };
            Exception? trouble = null;
            try
            {
                await story.RunAsync(releases.Release(2));
            }
            catch (Exception e) when (e is UpdateFailedException or IOException)
            {
                trouble = e;
            }

            Assert.True(isFull, $"{phase} was not reached");
            // Nothing is written after the last phase; every other one meets the full disk, in words, and the version before serves or the new one does.
            if (phase != UpdatePhase.Committed && phase != UpdatePhase.Idle) Assert.Equal(UpdateReasons.NoSpace, Assert.IsType<UpdateFailedException>(trouble).Code);
            Assert.NotNull(story.Bundles.InUse(UpdateStory.Model));
            disk.FreeSpace();
            await EndAsync(disk.Path, isCrash: false);
        }
    }

    /// <summary>A run without faults: release 2 serves, or it was given up because the process died in its trial; nothing is left over.</summary>
    private async Task EndAsync(string state, bool isCrash = true)
    {
        var story = new UpdateStory(state, "success");
        if (!isCrash) story = new UpdateStory(state, "success", "boot-2"); // The daemon has not died: the disk was full.
        var record = await story.RunAsync(releases.Release(2));
        if (record.Phase == UpdatePhase.Rejected)
        {
            Assert.Equal(UpdateReasons.TrialCrash, record.ReasonCode);
            Assert.True(isCrash);
            Assert.Equal("1.0.0", story.Bundles.InUse(UpdateStory.Model));
            return;
        }

        Assert.Equal((UpdatePhase.Committed, "2.0.0"), (record.Phase, story.Bundles.InUse(UpdateStory.Model)));
        Assert.Equal(["1.0.0", "2.0.0"], story.Bundles.VersionsOf(UpdateStory.Model));
        Assert.Equal(["1.0.0", "2.0.0"], story.History.Read(UpdateStory.Model).Select(entry => entry.Version));
        Assert.Empty(Directory.GetFiles(state, "*.part", SearchOption.AllDirectories));
    }

    private async Task<int> RunWithFaultsAsync(string state, double probability)
    {
        var start = new ProcessStartInfo(FiuRun) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false };
        start.ArgumentList.Add("-x");
        foreach (var call in new[] { "rw/write", "rw/pwrite", "sync/fsync", "dir/rename" })
        {
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"enable_random name=posix/io/{call},probability={probability}"));
        }

        foreach (var argument in new[] { "dotnet", "exec", UpdateKillTests.WriterPath(), state, releases.File("2.0.0"), "2.0.0", "2", "success" }) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.ReadToEndAsync();
        await error;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
