using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Guards;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Sensors;
using EdgeRunner.Device.Telemetry;
using EdgeRunner.Device.Updates;

namespace EdgeRunner.Device.Pipelines;

/// <summary>Starts every pipeline of the configuration, keeps their states fresh, and ends them all at a stop.</summary>
internal sealed class PipelineHost : IHostedService, IDisposable
{
    /// <summary>How long a stop waits for all threads together; the rest of the second belongs to the outbox.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromMilliseconds(400);

    /// <summary>How long a run may go on after a stop was asked for before it is broken off.</summary>
    private static readonly TimeSpan RunPatience = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan RefreshInterval = TimeSpan.FromMilliseconds(500);

    private readonly List<PipelineWorker> _workers = [];
    private readonly StateBoard _states;
    private readonly IReadOnlyDictionary<string, IReadOnlyList<ConfigurationError>> _disabled;
    private readonly TimeProvider _timeProvider;
    private readonly ITimer _refresh;

    public PipelineHost(ConfigurationResult configuration, RunMode mode, InferenceEngine engine, BundleStore store, SampleSourceFactory sources, RunWatchdog watchdog, TelemetryIntake intake,
        StateBoard states, ProgressBoard progress, TimeProvider timeProvider, ILogger<PipelineHost> logger, DamagedBundles? damaged = null)
    {
        var context = new PipelineContext(engine, store, sources, watchdog, states, progress, timeProvider, logger, configuration.Configuration.Updates.Group, damaged);
        _states = states;
        _timeProvider = timeProvider;
        _disabled = configuration.DisabledPipelines;
        foreach (var (name, options) in configuration.Configuration.Pipelines.Where(pipeline => pipeline.Value.Enabled))
        {
            var counters = new PipelineCounters();
            var windows = intake.Open(options.Telemetry.Stream ?? name);
            var events = intake.Open(EventStream.Name);
            var telemetry = new PipelineTelemetry(windows, events, options, counters);
            _workers.Add(new PipelineWorker(name, options, context, telemetry, counters, mode.UntilDone));
        }

        _refresh = timeProvider.CreateTimer(_ => _workers.ForEach(worker => worker.RefreshState()), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Every pipeline that was started.</summary>
    public IReadOnlyList<PipelineWorker> Workers => _workers;

    /// <summary>True once no pipeline will do anything more by itself.</summary>
    public bool AllDone => _workers.TrueForAll(worker => worker.IsDone);

    /// <summary>True when a pipeline could not do its work, or was never started because its configuration is wrong.</summary>
    public bool AnyFailed => _disabled.Count > 0 || _workers.Exists(worker => worker.HasFailed);

    /// <summary>Every running pipeline as <c>status</c> shows it.</summary>
    public IReadOnlyList<PipelineStatus> GetStatus() => [.. _workers.Select(worker => worker.GetStatus()).OrderBy(status => status.Name, StringComparer.Ordinal)];

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var (name, errors) in _disabled) _states.Set($"pipeline {name}", ComponentState.Disabled, errors[0].ToString());
        _workers.ForEach(worker => worker.Start());
        _refresh.Change(RefreshInterval, RefreshInterval);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        _refresh.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _workers.ForEach(worker => worker.RequestStop());
        var begin = _timeProvider.GetTimestamp();
        JoinUntil(begin, RunPatience);
        // What is still in a run is broken off; a thread that is stuck even so (one operator that never ends) is left behind: it is a background thread, and
        // the process ends without it.
        _workers.ForEach(worker => worker.BreakOff());
        JoinUntil(begin, StopPatience);
        return Task.CompletedTask;
    }

    private void JoinUntil(long begin, TimeSpan patience)
    {
        foreach (var worker in _workers)
        {
            var left = patience - _timeProvider.GetElapsedTime(begin);
            worker.Join(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _refresh.Dispose();
        _workers.ForEach(worker => worker.Dispose());
    }
}
