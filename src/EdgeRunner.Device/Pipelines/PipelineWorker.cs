using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Sensors;
using Polly;
using Polly.Retry;

namespace EdgeRunner.Device.Pipelines;

/// <summary>One pipeline: the life of one thread, which runs a <see cref="PipelineLoop"/> and begins anew when that fails. Whatever goes wrong in it stays in
/// it.</summary>
internal sealed partial class PipelineWorker : IDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(60);

    private readonly PipelineContext _context;
    private readonly PipelineTelemetry _telemetry;
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private readonly bool _once;
    private readonly ResiliencePipeline _retry;
    private readonly Lock _refresh = new();
    private PipelineLoop? _loop;
    private Exception? _fault;
    private PipelineFault? _modelFault;
    private ProgressMark? _mark;
    private string? _bundle; // what this turn began with, or has now: for the thread alone
    private bool _waitsForRelease;

    public PipelineWorker(string name, PipelineOptions options, PipelineContext context, PipelineTelemetry telemetry, PipelineCounters counters, bool once)
    {
        (Name, Options, Counters) = (name, options, counters);
        (_context, _telemetry, _once) = (context, telemetry, once);
        _retry = MakeRetry();
        _thread = new Thread(Main) { Name = $"pipeline {name}", IsBackground = true };
    }

    /// <summary>The pipeline's name.</summary>
    public string Name { get; }

    /// <summary>Its configuration.</summary>
    public PipelineOptions Options { get; }

    /// <summary>What it has done so far.</summary>
    public PipelineCounters Counters { get; }

    /// <summary>Time from a window being complete to its decision.</summary>
    public LatencyHistogram Latency { get; } = new();

    /// <summary>What the last versions of its model have done.</summary>
    public ObservationLog Observed { get; } = new();

    /// <summary>What runs now; null while it loads, waits to be tried again, or has ended. Any thread.</summary>
    public PipelineLoop? Loop => Volatile.Read(ref _loop);

    /// <summary>True once nothing more will come of it by itself.</summary>
    public bool IsDone { get; private set; }

    /// <summary>True when it is done because it could not do its work.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>What it failed with; null while it works, and before it has failed. Any thread.</summary>
    public Exception? Fault => Volatile.Read(ref _fault);

    /// <summary>The last fault that its model may have to answer for, also after it has begun anew; null when there was none. Any thread.</summary>
    public PipelineFault? ModelFault => Volatile.Read(ref _modelFault);

    /// <summary>How long the thread has been at its present window, or at warming up the model; zero while it waits for input, loads or waits to be tried again. Any
    /// thread.</summary>
    public TimeSpan BusyFor => Volatile.Read(ref _mark)?.BusyFor ?? TimeSpan.Zero;

    private string Component => $"pipeline {Name}";

    /// <summary>Starts the thread.</summary>
    public void Start() => _thread.Start();

    /// <summary>Asks the thread to end; returns at once.</summary>
    public void RequestStop() => _stop.Cancel();

    /// <summary>Breaks off a run that keeps the thread from ending; returns at once.</summary>
    public void BreakOff() => Loop?.Guard.Stop();

    /// <summary>Waits for the thread to end.</summary>
    public bool Join(TimeSpan patience) => !_thread.IsAlive || _thread.Join(patience);

    /// <inheritdoc/>
    public void Dispose()
    {
        // A thread that is stuck in native code still looks at it when it comes back; that must not end the process with an exception.
        if (!_thread.IsAlive) _stop.Dispose();
    }

    private void Main()
    {
        try
        {
            ThreadPlacement.Apply(Options.Thread, Component + ThreadPlacement.ComponentSuffix, _context.States);
            // Each turn of the loop begins with short pauses again: the one before it has worked for a while.
            while (!RunUntilWoken())
            {
                // Until the input is over.
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // A stop, also in the middle of a pause.
        }
        // Anything at all: a fault in one pipeline must not reach the others, and its words must reach a person.
        catch (Exception e)
        {
            HasFailed = true;
            Fail(e, e.Message);
        }

        IsDone = true;
        Answer(Fault, isOver: true);
    }

    /// <summary>Runs, with pauses after failures, until the input is over: true. False when it shall begin anew, also because <see cref="Wake"/> has ended a pause.</summary>
    private bool RunUntilWoken()
    {
        using var pause = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        BeginTurn(pause);
        try
        {
            return _retry.Execute(RunOnce, pause.Token);
        }
        // What the version before has failed with is no news any more.
        catch (Exception) when (!_once && pause.IsCancellationRequested && !_stop.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            BeginTurn(null);
        }
    }

    /// <summary>Runs until the input is over: true. False when it failed after having worked, and shall begin anew.</summary>
    /// <exception cref="Exception">It failed without having worked: the next pause is longer.</exception>
    private bool RunOnce(CancellationToken cancellationToken)
    {
        var before = Counters.Windows;
        try
        {
            RunToEnd();
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException && !_once && Counters.Windows > before)
        {
            Fail(e, $"{e.Message} (tried again in {FirstRetry.TotalSeconds:0} s)");
            cancellationToken.WaitHandle.WaitOne(FirstRetry);
            cancellationToken.ThrowIfCancellationRequested();
            return false;
        }
    }

    private ResiliencePipeline MakeRetry() => new ResiliencePipelineBuilder { TimeProvider = _context.TimeProvider }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = outcome => ValueTask.FromResult(!_once && outcome.Outcome.Exception is not (null or OperationCanceledException)),
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true, // Pipelines that share a missing library do not all try in the same moment.
            Delay = FirstRetry,
            MaxDelay = LastRetry,
            OnRetry = retry =>
            {
                var e = retry.Outcome.Exception!;
                if (IsWaitingForRelease(e)) Answer(e, isOver: false);
                else Fail(e, $"{e.Message} (tried again in {retry.RetryDelay.TotalSeconds:0} s)");
                return ValueTask.CompletedTask;
            },
        })
        .Build();

    /// <summary>An empty device that follows a group is as it should be: its first release is on its way, and nobody has to install anything.</summary>
    private bool IsWaitingForRelease(Exception e)
    {
        if (e is not ModelNotInstalledException || _context.Group is not { } group || Options.Model?.Name is not { } name) return false;
        // What was taken out of use has words of its own, and so has a file that is gone.
        if (_context.Store.InUse(name) is not null || _context.Store.Withheld(name) is not null || _context.Store.SetAside(name).Count > 0) return false;
        _waitsForRelease = true;
        _context.States.Set(Component, ComponentState.Degraded,
            $"waits for the first release of {name} to group {group}; how far it is: edgerunner update status (by hand: edgerunner model install FILE.ermodel)");
        Log.Failed(_context.Logger, e, Name);
        return true;
    }

    private void Fail(Exception e, string reason)
    {
        Volatile.Write(ref _modelFault, PipelineFault.After(_modelFault, _bundle, e));
        Volatile.Write(ref _fault, e);
        _waitsForRelease = false;
        _context.States.Set(Component, ComponentState.Failed, reason);
        Answer(e, isOver: false);
        Log.Failed(_context.Logger, e, Name);
    }

    private void RunToEnd()
    {
        // A pipeline that fails again and again stays "failed" between its attempts, and one that waits for its model says so once, instead of filling status.log with both.
        if (_context.States.Find(Component)?.State != ComponentState.Failed && !_waitsForRelease)
            _context.States.Set(Component, ComponentState.Starting, $"loads {Options.Model!.Name ?? Options.Model.Bundle}");
        // Another version may become the active one while the first is loaded, when nobody could hand it to this pipeline yet.
        while (!TryRunToEnd())
        {
            // With the version that is active now.
        }
    }

    private bool TryRunToEnd()
    {
        using var parts = Open();
        using var loop = new PipelineLoop(Name, Options, _context, parts, _telemetry, Counters, Latency, Observed, _stop.Token);
        _waitsForRelease = false;
        var mark = _context.Progress.Register(Component);
        Volatile.Write(ref _mark, mark);
        Volatile.Write(ref _loop, loop);
        try
        {
            if (Options.Model!.Name is { } name && _context.Store.FindActiveBundle(name) is { } active && !string.Equals(active, parts.Model.Path, StringComparison.Ordinal)) return false;
            _context.States.Set(Component, ComponentState.Running, parts.Model.Title);
            Volatile.Write(ref _fault, null);
            Answer(null, isOver: true);
            loop.Run(mark);
        }
        finally
        {
            _context.Progress.Remove(mark);
            Volatile.Write(ref _mark, null);
            _bundle = parts.Model.Path;
            _finished = Describe(loop);
            lock (_refresh) Volatile.Write(ref _loop, null);
        }

        if (_stop.IsCancellationRequested) return true;
        var source = _finished.Source;
        HasFailed = source.State == SourceState.Failed || loop.Guard.Off is not null;
        _context.States.Set(Component, HasFailed ? ComponentState.Failed : ComponentState.Ended, loop.Guard.Off?.Reason ?? source.Reason ?? "");
        return true;
    }

    private PipelineParts Open()
    {
        while (true)
        {
            _bundle = null;
            try
            {
                _bundle = Options.Model!.Bundle ?? _context.Store.ActiveBundle(Options.Model.Name!);
                return PipelineParts.Open(Name, Options, _bundle, _context.Engine, _context.Sources);
            }
            catch (Exception e) when (Options.Model?.Name is { } name && _context.Damaged?.TryReplace(name, e) is true)
            {
                // With the version that is in use now: each turn has set one aside, so that they come to an end.
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(5010, LogLevel.Debug, "pipeline {Pipeline} stopped with an exception")]
        public static partial void Failed(ILogger logger, Exception exception, string pipeline);
    }
}
