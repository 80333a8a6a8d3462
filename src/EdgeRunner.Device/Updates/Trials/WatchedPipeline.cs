using System.Globalization;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.Pipelines;
using EdgeRunner.Device.Sensors;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Updates.Trials;

/// <summary>One pipeline during the trial of a version: what its windows say of the version, and what it means when none come.</summary>
/// <remarks>Nobody can be blamed for a source that gives nothing. A pipeline that cannot work with the version, or gives it no window although its source delivers,
/// is another matter: time alone would let such a version pass.</remarks>
internal sealed class WatchedPipeline
{
    /// <summary>A source that was heard so lately before the trial, in parts of the trial's length, and not once in it, fell silent with the new version.</summary>
    private const int Lately = 10;

    /// <summary>So many windows' worth of frames must have come before a pipeline is asked where its windows are.</summary>
    private const int FramesOfWindows = 2;

    private readonly PipelineTrial _trial;
    private readonly Release _release;
    private readonly TrialLimitsInForce _limits;
    private readonly TimeProvider _timeProvider;
    private readonly long _begin;
    private readonly SourceStatus? _source;
    private readonly long _framesAtBegin;
    private readonly TimeSpan? _silenceAtBegin;
    private readonly Exception? _faultAtBegin;

    /// <summary>The trial begins.</summary>
    /// <param name="worker">The pipeline.</param>
    /// <param name="trial">Judges its windows.</param>
    /// <param name="release">The version on trial.</param>
    /// <param name="limits">What the trial goes by.</param>
    /// <param name="timeProvider">Measures time.</param>
    public WatchedPipeline(PipelineWorker worker, PipelineTrial trial, Release release, TrialLimitsInForce limits, TimeProvider timeProvider)
    {
        (Worker, _trial, _release, _limits, _timeProvider) = (worker, trial, release, limits, timeProvider);
        _begin = timeProvider.GetTimestamp();
        _faultAtBegin = worker.Fault;
        _source = worker.Loop?.Parts.Source.Status;
        _framesAtBegin = _source?.Frames ?? 0;
        if (_source is { LastFrameTimestamp: > 0 and var heard }) _silenceAtBegin = timeProvider.GetElapsedTime(heard, _begin);
    }

    /// <summary>The pipeline.</summary>
    public PipelineWorker Worker { get; }

    /// <summary>Windows that it gave to the version.</summary>
    public long Windows => Seen?.Windows ?? 0;

    // Null until the pipeline has taken the version: its source may be silent, or it does not run now.
    private ServingObservation? Seen =>
        Worker.Observed.Latest is { } latest && string.Equals(latest.Model, _release.Model, StringComparison.Ordinal) && string.Equals(latest.Version, _release.Version, StringComparison.Ordinal)
            ? latest
            : null;

    /// <summary>What is wrong; null while nothing is.</summary>
    /// <param name="isOver">True: the trial ends now.</param>
    public TrialVerdict? FindFailure(bool isOver)
    {
        if (Seen is { } seen && _trial.FindFailure(seen, isOver) is { } failure) return failure;
        if (!isOver || _limits.Time <= TimeSpan.Zero || Windows >= _limits.Windows) return null;
        return FindFault() is { } words ? new TrialVerdict(UpdateReasons.TrialFault, $"pipeline {Worker.Name}: {words}") : null;
    }

    /// <summary>What was seen, in plain words with numbers.</summary>
    public string Describe()
    {
        if (Seen is { Windows: > 0 } seen) return _trial.Describe(seen);
        var status = Worker.GetStatus();
        var why = status.Reason.Length > 0 && Worker.Loop is null ? $"{status.State.ToString().ToLowerInvariant()}: {status.Reason}" : $"its source: {status.Source}";
        return $"pipeline {Worker.Name}: no window came ({why})";
    }

    private string? FindFault()
    {
        var windows = Windows;
        if (Worker.Loop is not { } loop)
        {
            var status = Worker.GetStatus();
            // A fault from before the trial is of the version before, or of none being installed: the pipeline waits for its next try. What any version would meet says
            // nothing of this one either.
            return status.State == ComponentState.Failed && !ReferenceEquals(Worker.Fault, _faultAtBegin) && Worker.Fault is { } fault and not (SensorException or ThreadPlacementException or OrtLibraryException)
                ? $"it cannot work with {_release.Version} and gave it {windows} windows: {(status.Reason.Length > 0 ? status.Reason : fault.Message)}"
                : null;
        }

        if (windows > 0) return null;
        var source = loop.Parts.Source.Status;
        var frames = source.Frames - (ReferenceEquals(source, _source) ? _framesAtBegin : 0);
        if (frames >= FramesOfWindows * (long)loop.Parts.Assembler.WindowSourceFrames)
            return $"its source gave {frames} frames during the trial, and {_release.Version} got no window of them; {loop.Parts.Model.Title} serves there";
        var took = _timeProvider.GetElapsedTime(_begin);
        // A source that says itself that it waits, has ended or is broken is the sensor's matter.
        return source.State == SourceState.Running && frames == 0 && _silenceAtBegin is { } silence && silence * Lately <= took
            ? string.Create(CultureInfo.InvariantCulture, $"its source gave frames until {silence.TotalSeconds:0.#} s before the trial and none in the {took.TotalSeconds:0.#} s since, and does not say that it waits: the pipeline hangs with {_release.Version}, or the sensor fell silent just then")
            : null;
    }
}
