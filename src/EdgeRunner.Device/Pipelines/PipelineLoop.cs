using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Decisions;
using EdgeRunner.Device.Guards;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.Sensors;
using EdgeRunner.Device.Swaps;
using EdgeRunner.Inference.Sessions;

namespace EdgeRunner.Device.Pipelines;

/// <summary>One run of a pipeline, from an open source to its end: reads, cuts windows, runs the model under its guard, decides, records; and between two
/// windows takes over a new model when one has come. The pipeline's thread, except where it says otherwise.</summary>
internal sealed partial class PipelineLoop : IDisposable
{
    private readonly string _name;
    private readonly PipelineOptions _options;
    private readonly PipelineContext _context;
    private readonly PipelineTelemetry _telemetry;
    private readonly PipelineCounters _counters;
    private readonly LatencyHistogram _latency;
    private readonly ObservationLog _observed;
    private readonly TimeProvider _timeProvider;
    private readonly double _nanosecondsPerTick;
    private readonly SegmentTracker _segments = new();
    private readonly OverloadPolicy _overload;
    private readonly CancellationToken _stop;
    private int _label = Decision.None;
    private float _score = float.NaN;
    private ServingObservation _observation;
    private ShadowFeed? _shadow;

    public PipelineLoop(string name, PipelineOptions options, PipelineContext context, PipelineParts parts, PipelineTelemetry telemetry, PipelineCounters counters,
        LatencyHistogram latency, ObservationLog observed, CancellationToken stop)
    {
        (_name, _options, _context, Parts, _telemetry, _counters, _latency, _observed, _stop) = (name, options, context, parts, telemetry, counters, latency, observed, stop);
        _observation = parts.Model.Observation;
        _timeProvider = context.TimeProvider;
        _nanosecondsPerTick = 1e9 / _timeProvider.TimestampFrequency;
        var assembler = parts.Assembler;
        _overload = new OverloadPolicy(
            options.Overload, assembler.WindowSourceFrames, assembler.HopSourceFrames, (long)(options.MaxLagMs / 1000.0 * parts.Source.Layout.SampleRateHz));
        var deadline = context.Watchdog.Watch(context.Engine.Get().OnnxRuntime, TimeSpan.FromMilliseconds(options.Guard.RunTimeoutMs));
        Guard = new ModelGuard(options.Guard, deadline, counters, _timeProvider);
    }

    /// <summary>Source, window and model. Any thread may look at their status.</summary>
    public PipelineParts Parts { get; }

    /// <summary>Cuts the model off and turns it off.</summary>
    public ModelGuard Guard { get; }

    /// <summary>The present decision. Any thread.</summary>
    public (int Label, float Score) Latest => (Volatile.Read(ref _label), Volatile.Read(ref _score));

    /// <summary>Frames the overload policy has given up. Any thread.</summary>
    public long DroppedFrames => _overload.DroppedFrames;

    /// <summary>Gets copies of the windows while another version is tried on them; null otherwise. Set by any thread.</summary>
    public ShadowFeed? Shadow
    {
        get => Volatile.Read(ref _shadow);
        set => Volatile.Write(ref _shadow, value);
    }

    /// <summary>Runs until the input is over.</summary>
    /// <param name="mark">Shows that the thread is alive.</param>
    /// <exception cref="OperationCanceledException">The daemon stops.</exception>
    public void Run(ProgressMark mark)
    {
        try
        {
            _observation = _observed.Begin(Parts.Model);
            WarmUp(mark);
            Pump(mark);
            _telemetry.Close(Parts.Model.Writer, _segments, Parts.Assembler.EndFrame, _stop);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            _telemetry.CloseAtStop(Parts.Model.Writer, _segments, Parts.Assembler.EndFrame);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Guard.Dispose();

    // The first run of a session makes its buffers and takes many times as long as the second. Its numbers mean nothing, and neither does its failure:
    // zeros may be no input this model can take.
    private void WarmUp(ProgressMark mark)
    {
        mark.Busy();
        Guard.Run(Parts.Model, out _);
        Parts.Model.Instance.ResetState();
        _stop.ThrowIfCancellationRequested();
    }

    private void Pump(ProgressMark mark)
    {
        var (source, assembler) = (Parts.Source, Parts.Assembler);
        long skipped = 0;
        while (true)
        {
            mark.Idle();
            if (Parts.Slot.HasRequest) TakeOver();
            var frames = source.Read(assembler.Staging, _stop);
            if (source.GapBefore) Interrupt(skipped);
            var complete = _timeProvider.GetTimestamp();
            if (frames == 0) assembler.Finish();
            else assembler.Accept(frames);

            while (true)
            {
                if (Parts.Slot.HasRequest)
                {
                    mark.Idle(); // A model that was dropped first may take its time to be replaced: no hanging.
                    TakeOver();
                }

                var model = Parts.Model;
                if (!assembler.TryTake(model.Input.Tensor.Bytes)) break;
                mark.Busy(complete);
                if (Guard.Off is null) Process(model, complete, mark);
                else CountWithoutModel();
                _stop.ThrowIfCancellationRequested();
                complete = _timeProvider.GetTimestamp();
            }

            if (frames == 0) return;
            skipped = _overload.Apply(source, frames); // What it skips is a gap before the next frames.
        }
    }

    /// <summary>Window complete to decision, then its records.</summary>
    private void Process(ServingModel model, long complete, ProgressMark mark)
    {
        _counters.CountWindow();
        var fault = Guard.Run(model, out var error);
        if (fault != FaultKind.None) _stop.ThrowIfCancellationRequested(); // Cut off by the stop: the model has done nothing wrong.
        var decision = fault == FaultKind.None ? model.Decide() : model.Decisions.Reject();
        if (fault == FaultKind.None && !decision.IsValid) fault = NameInvalid(model);
        var latency = (long)((_timeProvider.GetTimestamp() - complete) * _nanosecondsPerTick);
        _latency.Record(latency);
        var isLate = _options.DeadlineMs > 0 && latency > _options.DeadlineMs * 1e6;
        if (isLate) _counters.CountMissedDeadline();
        _observation.Count(decision, fault, latency, isLate);
        if (Shadow is { } shadow) Show(shadow, model, decision, fault);
        if (fault == FaultKind.None) _counters.CountDecision(decision.Changed);
        mark.Idle(); // Waiting for room in a queue is no hanging: the outbox has its own mark in status.
        Volatile.Write(ref _label, decision.Label);
        Volatile.Write(ref _score, decision.Score);
        _telemetry.Offer(model.Writer, _segments, _counters.Windows, Parts.Assembler.NewFrame, Parts.Assembler.EndFrame, decision, latency, _stop, fault);
        if (fault is FaultKind.NaN or FaultKind.Infinite) model.Instance.ResetState(); // Or a state would carry it into every later window.
        if (error is not null) Log.RunFailed(_context.Logger, error, _name);
        if (Guard.Count(fault)) TurnOff(model, fault, error?.Message);
    }

    private static void Show(ShadowFeed shadow, ServingModel model, in Decision decision, FaultKind fault)
    {
        if (fault == FaultKind.None) shadow.Offer(model, decision);
        else shadow.Break();
    }

    // A decision finds by itself what the guard was told not to look for.
    private static FaultKind NameInvalid(ServingModel model) =>
        OutputFaults.Find(model.Output.Spec, model.Output.Tensor.Bytes) is var own and not OutputFault.None ? FaultKinds.Of(own)
        : model.Scores is { } scores && OutputFaults.Find(scores.Spec, scores.Tensor.Bytes) is var other and not OutputFault.None ? FaultKinds.Of(other)
        : FaultKind.BadLabel;

    private void TurnOff(ServingModel model, FaultKind fault, string? detail)
    {
        var off = Guard.TurnOff(fault, detail);
        _counters.CountTurnedOff();
        _observation.TurnOff(off.Reason);
        model.Decisions.Reset();
        Volatile.Write(ref _label, model.Safe.Label);
        Volatile.Write(ref _score, model.Safe.Score);
        _telemetry.Safe(model.Writer, _segments, _counters.Windows, Parts.Assembler.EndFrame, model.Safe, off.Reason, _stop);
        _context.States.Set($"pipeline {_name}", ComponentState.Failed, DescribeOff(off));
    }

    private void CountWithoutModel()
    {
        _counters.CountWindow();
        _counters.CountWithoutModel();
    }

    private void Interrupt(long lostFrames)
    {
        var model = Parts.Model;
        _counters.CountGap();
        Shadow?.Break();
        _telemetry.Close(model.Writer, _segments, Parts.Assembler.EndFrame, _stop);
        Parts.Assembler.Reset(lostFrames);
        model.Instance.ResetState();
        model.Decisions.Reset();
    }

    /// <summary>Between two windows: the next model becomes the present one. Nothing of the input is lost or seen twice, because the assembler keeps it.</summary>
    private void TakeOver()
    {
        if (Parts.Slot.Take(_stop) is not { } ticket) return;
        var begin = _timeProvider.GetTimestamp();
        var (next, assembler) = (ticket.Next, Parts.Assembler);
        var waited = Parts.Source.IsLive ? Parts.Source.CountAvailable() / assembler.HopSourceFrames : 0;
        var old = Parts.Slot.Exchange(ticket);
        assembler.Use(next.Converter);
        _observation = _observed.Begin(next);
        if (Guard.Off is not null || !next.Decisions.ContinueFrom(old.Decisions))
        {
            _telemetry.Close(old.Writer, _segments, assembler.EndFrame, _stop);
            Volatile.Write(ref _label, Decision.None);
            Volatile.Write(ref _score, float.NaN);
        }

        Guard.TurnOn();
        var pause = (_timeProvider.GetTimestamp() - begin) * _nanosecondsPerTick / 1000;
        ticket.Complete(new SwapExchange(Taken: true, old, Math.Round(pause, 1), waited));
    }

    private string DescribeOff(ModelOff off) =>
        $"{Parts.Model.Title} is turned off and the safe state holds: {off.Reason}; " +
        (_options.Guard.RetryAfterSeconds > 0 ? $"loaded anew {_options.Guard.RetryAfterSeconds} s later" : "another version or edgerunner model activate brings it back");

    private static partial class Log
    {
        [LoggerMessage(5011, LogLevel.Warning, "pipeline {Pipeline}: the model failed on a window, which gets no decision")]
        public static partial void RunFailed(ILogger logger, Exception exception, string pipeline);
    }
}
