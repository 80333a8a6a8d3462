using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Decisions;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Sensors;
using EdgeRunner.Native.OnnxRuntime;
using Polly;
using Polly.Retry;

namespace EdgeRunner.Device.Pipelines;

/// <summary>One pipeline: one thread from the sensor to the decision. Whatever goes wrong in it stays in it.</summary>
internal sealed partial class PipelineWorker : IDisposable
{
    /// <summary>Windows in a row on which the model may fail before everything is opened anew.</summary>
    private const int MaxConsecutiveRunErrors = 100;

    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(60);

    private readonly PipelineOptions _options;
    private readonly InferenceEngine _engine;
    private readonly BundleStore _store;
    private readonly SampleSourceFactory _sources;
    private readonly PipelineTelemetry _telemetry;
    private readonly StateBoard _states;
    private readonly ProgressBoard _progress;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private readonly double _nanosecondsPerTick;
    private readonly bool _once;
    private readonly ResiliencePipeline _retry;
    private readonly Lock _refresh = new();
    private PipelineParts? _parts;

    public PipelineWorker(string name, PipelineOptions options, InferenceEngine engine, BundleStore store, SampleSourceFactory sources, PipelineTelemetry telemetry, PipelineCounters counters,
        StateBoard states, ProgressBoard progress, TimeProvider timeProvider, ILogger logger, bool once)
    {
        Name = name;
        Counters = counters;
        (_options, _engine, _store, _sources, _telemetry, _states, _progress, _timeProvider, _logger, _once) =
            (options, engine, store, sources, telemetry, states, progress, timeProvider, logger, once);
        _nanosecondsPerTick = 1e9 / timeProvider.TimestampFrequency;
        _retry = MakeRetry();
        _thread = new Thread(Main) { Name = $"pipeline {name}", IsBackground = true };
    }

    /// <summary>The pipeline's name.</summary>
    public string Name { get; }

    /// <summary>What it has done so far.</summary>
    public PipelineCounters Counters { get; }

    /// <summary>Time from a window being complete to its decision.</summary>
    public LatencyHistogram Latency { get; } = new();

    /// <summary>True once nothing more will come of it by itself.</summary>
    public bool IsDone { get; private set; }

    /// <summary>True when it is done because it could not do its work.</summary>
    public bool HasFailed { get; private set; }

    private string Component => $"pipeline {Name}";

    /// <summary>Starts the thread.</summary>
    public void Start() => _thread.Start();

    /// <summary>Asks the thread to end; returns at once.</summary>
    public void RequestStop() => _stop.Cancel();

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
            ThreadPlacement.Apply(_options.Thread, $"{Component} thread", _states);
            // Each turn of the loop begins with short pauses again: the one before it has worked for a while.
            while (!_retry.Execute(RunOnce, _stop.Token))
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

    private ResiliencePipeline MakeRetry() => new ResiliencePipelineBuilder { TimeProvider = _timeProvider }
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
                Fail(e, $"{e.Message} (tried again in {retry.RetryDelay.TotalSeconds:0} s)");
                return ValueTask.CompletedTask;
            },
        })
        .Build();

    private void Fail(Exception e, string reason)
    {
        _states.Set(Component, ComponentState.Failed, reason);
        Log.Failed(_logger, e, Name);
    }

    private void RunToEnd()
    {
        // A pipeline that fails again and again stays "failed" between its attempts, instead of filling status.log with both.
        if (_states.Find(Component)?.State != ComponentState.Failed)
            _states.Set(Component, ComponentState.Starting, $"loads {_options.Model!.Name ?? _options.Model.Bundle}");
        using var parts = PipelineParts.Open(_options, _engine, _store, _sources);
        using var writer = new RecordWriter(Name, parts.Decisions.Labels, parts.Assembler.RateHz);
        var mark = _progress.Register(Component);
        Volatile.Write(ref _parts, parts);
        try
        {
            _states.Set(Component, ComponentState.Running, parts.Model.Manifest.Title);
            Loop(parts, writer, mark);
        }
        finally
        {
            _progress.Remove(mark);
            _finished = Describe(parts);
            lock (_refresh) Volatile.Write(ref _parts, null);
        }

        if (_stop.IsCancellationRequested) return;
        var source = _finished.Source;
        HasFailed = source.State == SourceState.Failed;
        _states.Set(Component, HasFailed ? ComponentState.Failed : ComponentState.Ended, source.Reason ?? "");
    }

    private void Loop(PipelineParts parts, RecordWriter writer, ProgressMark mark)
    {
        var (source, assembler) = (parts.Source, parts.Assembler);
        var segments = new SegmentTracker();
        var overload = new OverloadPolicy(_options.Overload, assembler.WindowSourceFrames, assembler.HopSourceFrames, (long)(_options.MaxLagMs / 1000.0 * source.Layout.SampleRateHz));
        Volatile.Write(ref _overload, overload);
        try
        {
            Pump(parts, writer, segments, overload, mark);
            _telemetry.Close(writer, segments, assembler.EndFrame, _stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            _telemetry.CloseAtStop(writer, segments, assembler.EndFrame);
            throw;
        }
    }

    private void Pump(PipelineParts parts, RecordWriter writer, SegmentTracker segments, OverloadPolicy overload, ProgressMark mark)
    {
        var (source, assembler) = (parts.Source, parts.Assembler);
        var errorsInRow = 0;
        long skipped = 0;
        while (true)
        {
            mark.Idle();
            var frames = source.Read(assembler.Staging, _stop.Token);
            if (source.GapBefore) Interrupt(parts, writer, segments, skipped);
            var complete = _timeProvider.GetTimestamp();
            if (frames == 0) assembler.Finish();
            else assembler.Accept(frames);

            for (; assembler.TryTake(parts.Input.Tensor.Bytes); complete = _timeProvider.GetTimestamp())
            {
                mark.Busy(complete);
                errorsInRow = Process(parts, writer, segments, complete, mark) ? 0 : errorsInRow + 1;
                if (errorsInRow >= MaxConsecutiveRunErrors)
                    throw new InvalidOperationException($"the model failed on {errorsInRow} windows in a row; it is loaded anew");
                _stop.Token.ThrowIfCancellationRequested();
            }

            if (frames == 0) return;
            skipped = overload.Apply(source, frames); // What it skips is a gap before the next frames.
        }
    }

    /// <summary>Window complete to decision, then its records. False when the model failed on it.</summary>
    private bool Process(PipelineParts parts, RecordWriter writer, SegmentTracker segments, long complete, ProgressMark mark)
    {
        Counters.CountWindow();
        try
        {
            parts.Model.Run();
        }
        catch (OrtException e)
        {
            Counters.CountRunError();
            Log.RunFailed(_logger, e, Name);
            return false;
        }

        var decision = parts.Decisions.Decide(parts.Output.Tensor.Bytes, parts.Scores is { } scores ? scores.Tensor.Bytes : default);
        var latency = (long)((_timeProvider.GetTimestamp() - complete) * _nanosecondsPerTick);
        Latency.Record(latency);
        if (_options.DeadlineMs > 0 && latency > _options.DeadlineMs * 1e6) Counters.CountMissedDeadline();
        if (decision.IsValid) Counters.CountDecision(decision.Changed);
        else Counters.CountInvalidOutput();
        mark.Idle(); // Waiting for room in a queue is no hanging: the outbox has its own mark in status.
        _label = decision.Label;
        _score = decision.Score;
        _telemetry.Offer(writer, segments, Counters.Windows, parts.Assembler.NewFrame, parts.Assembler.EndFrame, decision, latency, _stop.Token);
        return true;
    }

    private void Interrupt(PipelineParts parts, RecordWriter writer, SegmentTracker segments, long lostFrames)
    {
        Counters.CountGap();
        _telemetry.Close(writer, segments, parts.Assembler.EndFrame, _stop.Token);
        parts.Assembler.Reset(lostFrames);
        parts.Model.ResetState();
        parts.Decisions.Reset();
    }

    private static partial class Log
    {
        [LoggerMessage(5010, LogLevel.Debug, "pipeline {Pipeline} stopped with an exception")]
        public static partial void Failed(ILogger logger, Exception exception, string pipeline);

        [LoggerMessage(5011, LogLevel.Warning, "pipeline {Pipeline}: the model failed on a window, which gets no decision")]
        public static partial void RunFailed(ILogger logger, Exception exception, string pipeline);
    }
}
