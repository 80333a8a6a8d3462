using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Pipelines;
using EdgeRunner.Device.Sensors;
using EdgeRunner.Device.Tests.Pipelines;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.Trials;
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
        // As after a restart of the daemon in the middle of a trial.
        await StartAsync("1.1.0", TinyModels.Pack(_rig, "unknown_operator", "1.1.0"), Forever());
        PipelineRig.Wait(() => _host.Workers[0].Fault is not null);
        var first = _host.Workers[0].Fault;

        var verdict = await WatchAsync(new TrialOptions(), HalfAnHour, () => !ReferenceEquals(_host.Workers[0].Fault, first));

        Assert.Equal(UpdateReasons.TrialFault, verdict.Code);
        Assert.StartsWith("pipeline p: it cannot work with 1.1.0 and gave it 0 windows: ", verdict.Words, StringComparison.Ordinal);
        Assert.Contains("(tried again in ", verdict.Words, StringComparison.Ordinal);
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
    [InlineData(0, UpdateReasons.TrialFault)]
    [InlineData(5, null)] // Minutes of silence before the trial, which has 30: such a source may well be silent again.
    public async Task Source_that_fell_silent_with_the_swap_does_not_let_the_version_pass_by_time(int silentMinutes, string? expected)
    {
        await StartAsync("1.0.0", TinyModels.Pack(_rig, "identity_float32", "1.0.0"), Program("echo 1; echo 2; echo 3; sleep 1000"));
        PipelineRig.Wait(() => _host.Workers[0].Counters.Windows == 3);
        _clock.Forward(TimeSpan.FromMinutes(silentMinutes));

        var verdict = await WatchAsync();

        Assert.Equal(expected, verdict.Code);
        Assert.Contains(expected is null ? "no window came (its source: running)" : " s before the trial and none in the ", verdict.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trial_of_no_time_asks_nothing()
    {
        await StartAsync("1.1.0", TinyModels.Pack(_rig, "unknown_operator", "1.1.0"), Forever());
        PipelineRig.Wait(() => _host.Workers[0].Fault is not null);

        Assert.True((await WatchAsync(new TrialOptions { Minutes = 0 }, null)).Passed);
    }

    private async Task StartAsync(string active, string bundle, Action<PipelineOptions> change)
    {
        _rig.Store.Install(bundle, activate: true);
        Assert.Equal(active, _rig.Store.InUse("tiny"));
        _host = _rig.Host(untilDone: false, ("p", TinyModels.Pipeline(_rig, Enumerable.Repeat(1f, 60_000), 1_000, change)));
        await _host.StartAsync(default);
    }

    private static Action<PipelineOptions> Forever() => _ => { };

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

    private sealed class Listener(Action told) : IProgress<TrialProgress>
    {
        public void Report(TrialProgress value) => told();
    }
}
