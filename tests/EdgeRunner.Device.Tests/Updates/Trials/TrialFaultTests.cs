using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Pipelines;
using EdgeRunner.Device.Sensors;
using EdgeRunner.Device.Tests.Pipelines;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.Trials;
using EdgeRunner.Device.Windows;
using EdgeRunner.Messaging.Rollouts;

namespace EdgeRunner.Device.Tests.Updates.Trials;

/// <summary>Pipelines that give a version on trial no window: what is held against the version, and what is not.</summary>
public sealed class TrialFaultTests : IDisposable
{
    private static readonly TrialLimits HalfAnHour = new() { Windows = 1_000_000, Minutes = 30, MaxLatencyRatio = 1e9 };

    private readonly PipelineRig _rig = new(queueBytes: 8 << 20);
    private readonly ForwardClock _clock = new();
    private PipelineHost _host = null!;

    public void Dispose()
    {
        if (_host is not null)
        {
            _host.StopAsync(default).GetAwaiter().GetResult();
            _host.Dispose();
        }

        _rig.Dispose();
    }

    [Fact]
    public async Task Version_that_its_pipeline_cannot_begin_anew_with_fails_with_the_pipelines_words()
    {
        // As after a restart of the daemon in the middle of a trial. Its pauses do not end by themselves: it begins anew once for each look.
        await StartAsync("1.1.0", TinyModels.Pack(_rig, "unknown_operator", "1.1.0"), Forever(), new TimerlessClock());
        PipelineRig.Wait(() => _host.Workers[0].Fault is not null);
        var faults = new HashSet<Exception?>();

        var verdict = await WatchAsync(new TrialOptions(), HalfAnHour, () =>
        {
            Assert.True(_host.Workers[0].Wake().Wait(TimeSpan.FromSeconds(60)), "the pipeline did not begin anew");
            return faults.Add(_host.Workers[0].Fault) && faults.Count > 4;
        });

        Assert.Equal(UpdateReasons.TrialFault, verdict.Code);
        Assert.StartsWith("pipeline p: it failed 2 times with 1.1.0 and gave it 0 windows: ", verdict.Words, StringComparison.Ordinal);
        Assert.Contains("(tried again in ", verdict.Words, StringComparison.Ordinal);
        Assert.True(faults.Count <= 3, "it failed by time, and not as soon as it was clear");
    }

    [Fact]
    public async Task Fault_from_before_the_trial_is_not_held_against_the_version()
    {
        await StartAsync("1.1.0", TinyModels.Pack(_rig, "unknown_operator", "1.1.0"), Forever());
        PipelineRig.Wait(() => _host.Workers[0].Fault is not null);
        _host.Workers[0].RequestStop(); // No other try.
        PipelineRig.Wait(() => _host.Workers[0].IsDone);

        Assert.True((await WatchAsync()).Passed);
    }

    [Fact]
    public async Task Source_that_cannot_be_opened_is_not_held_against_the_version()
    {
        await StartAsync("1.1.0", TinyModels.Pack(_rig, "identity_float32", "1.1.0"), options => ((ReplaySourceOptions)options.Source!).File = _rig.Directory.File("unplugged.raw"));
        PipelineRig.Wait(() => _host.Workers[0].Fault is not null);

        var verdict = await WatchAsync();

        Assert.True(verdict.Passed, verdict.Words);
        Assert.Contains("pipeline p: no window came (failed: ", verdict.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Source_that_was_silent_all_the_time_is_not_held_against_the_version()
    {
        await StartAsync("1.1.0", TinyModels.Pack(_rig, "identity_float32", "1.1.0"), Program("sleep 1000"));
        PipelineRig.Wait(() => _host.Workers[0].Loop is not null);

        var verdict = await WatchAsync();

        Assert.True(verdict.Passed, verdict.Words);
        Assert.Contains("its time is over: pipeline p: no window came (its source: ", verdict.Words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public async Task Source_that_fell_silent_with_the_swap_is_not_held_against_the_version(int silentMinutes)
    {
        // As a light barrier does, or a source with a silenceTimeoutMs of a day: it runs, and has nothing to say.
        await StartAsync("1.0.0", TinyModels.Pack(_rig, "identity_float32", "1.0.0"), Program("echo 1; echo 2; echo 3; sleep 1000"));
        PipelineRig.Wait(() => _host.Workers[0].Counters.Windows == 3);
        _clock.Forward(TimeSpan.FromMinutes(silentMinutes));

        var verdict = await WatchAsync();

        Assert.True(verdict.Passed, verdict.Words);
        Assert.Contains("pipeline p: no window came (its source: running)", verdict.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hop_that_is_longer_than_the_trial_is_not_held_against_the_version()
    {
        await StartAsync("1.0.0", TinyModels.Pack(_rig, "identity_float32", "1.0.0"), options => options.Window = new WindowOptions { Length = 1, Hop = 1 << 26 });
        PipelineRig.Wait(() => _host.Workers[0].Counters.Windows == 1);
        var before = Frames;

        var verdict = await WatchAsync(new TrialOptions(), HalfAnHour, () => Frames > before + 100);

        Assert.True(verdict.Passed, verdict.Words);
        Assert.Matches("pipeline p: no window came of [0-9]+ frames \\(its source: running\\)$", verdict.Words);
    }

    [Fact]
    public async Task Source_that_never_lives_as_long_as_a_window_is_not_held_against_the_version()
    {
        // Each start gives two frames of three.
        await StartAsync("1.0.0", TinyModels.Pack(_rig, "identity_float32", "1.0.0", elements: 3), options =>
        {
            Program("echo 1; echo 2")(options);
            ((ExecSourceOptions)options.Source!).Restart = new RestartOptions { InitialMs = 1, MaxMs = 1 };
            options.Window = new WindowOptions { Length = 3 };
        });
        PipelineRig.Wait(() => _host.Workers[0].Loop is not null);
        var before = Frames;

        var verdict = await WatchAsync(new TrialOptions(), HalfAnHour, () => Frames >= before + 12);

        Assert.Equal(0, _host.Workers[0].Counters.Windows);
        Assert.True(verdict.Passed, verdict.Words);
    }

    [Fact]
    public async Task Version_that_its_pipeline_breaks_down_with_again_and_again_fails_although_windows_come()
    {
        await StartAsync("1.1.0", TinyModels.Pack(_rig, "identity_float32", "1.1.0"), Forever());
        var worker = _host.Workers[0];
        PipelineRig.Wait(() => worker.Observed.Latest is { Windows: > 0 });
        var broken = new HashSet<PipelineLoop>();

        // An exception in the pipeline's thread, once in each of its lives, after some windows.
        var verdict = await WatchAsync(new TrialOptions(), HalfAnHour, () =>
        {
            if (worker.Loop is { } loop && broken.Add(loop)) loop.Parts.Slot.Withdraw("an index was out of range");
            return broken.Count > 3;
        });

        Assert.Equal(UpdateReasons.TrialFault, verdict.Code);
        Assert.Equal(2, broken.Count);
        Assert.Matches(@"^pipeline p: it failed 2 times with 1\.1\.0 and gave it [1-9][0-9]* windows: an index was out of range", verdict.Words);
    }

    [Fact]
    public async Task Version_that_its_pipeline_broke_down_with_once_passes_and_the_fault_is_told()
    {
        await StartAsync("1.1.0", TinyModels.Pack(_rig, "identity_float32", "1.1.0"), Forever());
        var worker = _host.Workers[0];
        PipelineRig.Wait(() => worker.Observed.Latest is { Windows: > 0 });
        PipelineLoop? broken = null;

        var verdict = await WatchAsync(new TrialOptions(), HalfAnHour, () =>
        {
            if (broken is null && worker.Loop is { } loop) (broken = loop).Parts.Slot.Withdraw("an index was out of range");
            return broken is not null && worker.Loop is { } now && now != broken;
        });

        Assert.True(verdict.Passed, verdict.Words);
        Assert.EndsWith("; it failed once and began anew: an index was out of range", verdict.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_that_does_not_come_back_from_a_window_fails()
    {
        await StartAsync("1.1.0", TinyModels.Pack(_rig, "loop", "1.1.0"), Endless, _clock);
        PipelineRig.Wait(() => _host.Workers[0].Counters.Windows == 1); // Not the warm-up, which is work as well and comes to its end.

        var verdict = await WatchAsync();

        Assert.Equal(UpdateReasons.TrialFault, verdict.Code);
        Assert.Matches(@"^pipeline p: it has been at one window of 1\.1\.0 for [0-9.]+ s, longer than the whole trial: it hangs$", verdict.Words);
    }

    [Fact]
    public async Task Trial_waits_for_the_window_that_is_under_way_when_its_time_is_over()
    {
        await StartAsync("1.1.0", TinyModels.Pack(_rig, "loop", "1.1.0"), Endless);
        PipelineRig.Wait(() => _rig.Progress.FindStalled(TimeSpan.FromSeconds(0.5)) is not null);
        var looks = 0;

        var verdict = await WatchAsync(new TrialOptions(), HalfAnHour, () =>
        {
            if (++looks == 4) _host.Workers[0].BreakOff();
            return true;
        });

        Assert.True(looks >= 4, $"the trial was over after {looks} looks");
        Assert.True(verdict.Passed, verdict.Words);
        Assert.Contains("pipeline p: 1 windows, 1 bad", verdict.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trial_of_no_time_asks_nothing()
    {
        await StartAsync("1.1.0", TinyModels.Pack(_rig, "unknown_operator", "1.1.0"), Forever());
        PipelineRig.Wait(() => _host.Workers[0].Fault is not null);

        Assert.True((await WatchAsync(new TrialOptions { Minutes = 0 }, null)).Passed);
    }

    private long Frames => _host.Workers[0].Loop?.Parts.Source.Status.Frames ?? 0;

    private async Task StartAsync(string active, string bundle, Action<PipelineOptions> change, TimeProvider? clock = null)
    {
        _rig.Clock = clock ?? TimeProvider.System;
        _rig.Store.Install(bundle, activate: true);
        Assert.Equal(active, _rig.Store.InUse("tiny"));
        _host = _rig.Host(untilDone: false, ("p", TinyModels.Pipeline(_rig, Enumerable.Repeat(1f, 60_000), 1_000, change)));
        await _host.StartAsync(default);
    }

    private static Action<PipelineOptions> Forever() => _ => { };

    // One window, on which the model counts for hours; nobody cuts it off.
    private static void Endless(PipelineOptions options)
    {
        Program("echo 1000000000000; sleep 1000")(options);
        (options.Guard.RunTimeoutMs, options.Guard.MaxConsecutiveErrors, options.Guard.MaxErrors) = (0, 0, 0);
    }

    private static Action<PipelineOptions> Program(string script) => options => options.Source = new ExecSourceOptions
    {
        Command = ["/bin/sh", "-c", script], Format = SampleFormat.Csv, Header = CsvHeader.No, Channels = 1, SilenceTimeoutMs = 0,
    };

    private Task<TrialVerdict> WatchAsync() => WatchAsync(new TrialOptions(), HalfAnHour);

    // Half an hour goes by after a look at the counters: the first, or the one when it is time for it.
    private Task<TrialVerdict> WatchAsync(TrialOptions options, TrialLimits? limits, Func<bool>? isTime = null) =>
        new TrialRunner(_host, _rig.Store, null!, new ServingHistory(_rig.Directory.Path, words => throw new InvalidOperationException(words)), options, _clock)
            .WatchAsync(TrialRig.Release("1.1.0"), "1.0.0", limits, new Listener(() =>
            {
                if (isTime?.Invoke() != false) _clock.Forward(TimeSpan.FromMinutes(31));
            }), default);

    /// <summary>The clock of the machine, moved forward at will.</summary>
    private sealed class ForwardClock : TimeProvider
    {
        private long _ahead;

        public override long TimestampFrequency => System.TimestampFrequency;

        public override long GetTimestamp() => System.GetTimestamp() + Volatile.Read(ref _ahead);

        public void Forward(TimeSpan time) => Interlocked.Add(ref _ahead, (long)(time.TotalSeconds * TimestampFrequency));
    }

    /// <summary>The clock of the machine, with timers that never fire.</summary>
    private sealed class TimerlessClock : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Never();

        private sealed class Never : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
                // Nothing is held.
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }

    private sealed class Listener(Action told) : IProgress<TrialProgress>
    {
        public void Report(TrialProgress value) => told();
    }
}
