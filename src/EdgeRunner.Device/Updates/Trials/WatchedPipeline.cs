using System.Globalization;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.Pipelines;

namespace EdgeRunner.Device.Updates.Trials;

/// <summary>One pipeline during the trial of a version: what its windows say of the version, and what it means when there are few.</summary>
/// <remarks>A version answers for what the pipeline itself counts, never for what its source does: how often the pipeline broke down with the version, windows that were
/// complete and did not go to it, and a window that its thread does not come back from. A source may be slow, flaky or silent for as long as it likes.</remarks>
internal sealed class WatchedPipeline
{
    /// <summary>A fault may happen once: the second one is a version that its pipeline cannot live with.</summary>
    private const int MostFaults = 1;

    /// <summary>Shorter work is not worth waiting for: it is over before the next look.</summary>
    private static readonly TimeSpan ShortWork = TimeSpan.FromMilliseconds(250);

    private readonly PipelineTrial _trial;
    private readonly Release _release;
    private readonly string? _bundle;
    private readonly TrialLimitsInForce _limits;
    private readonly long _windowsAtBegin;
    private readonly long _framesAtBegin;
    private readonly long _faultsAtBegin;

    /// <summary>The trial begins.</summary>
    /// <param name="worker">The pipeline.</param>
    /// <param name="trial">Judges its windows.</param>
    /// <param name="release">The version on trial.</param>
    /// <param name="bundle">Its bundle in the store; null when it is not there.</param>
    /// <param name="limits">What the trial goes by.</param>
    public WatchedPipeline(PipelineWorker worker, PipelineTrial trial, Release release, string? bundle, TrialLimitsInForce limits)
    {
        (Worker, _trial, _release, _bundle, _limits) = (worker, trial, release, bundle, limits);
        (_windowsAtBegin, _framesAtBegin, _faultsAtBegin) = (worker.Counters.Windows, Frames, Fault?.Count ?? 0);
    }

    /// <summary>The pipeline.</summary>
    public PipelineWorker Worker { get; }

    /// <summary>Windows that it gave to the version.</summary>
    public long Windows => Seen?.Windows ?? 0;

    /// <summary>True while its thread is at a window of the version whose outcome the trial should know: it is short of windows, and has not been at it for as long as the
    /// whole trial takes.</summary>
    public bool IsAtWork => Seen is not null && Windows < _limits.Windows && Worker.BusyFor is var busy && busy >= ShortWork && !IsHanging(busy);

    // Null until the pipeline has taken the version: its source may be silent, or it does not run now.
    private ServingObservation? Seen =>
        Worker.Observed.Latest is { } latest && string.Equals(latest.Model, _release.Model, StringComparison.Ordinal) && string.Equals(latest.Version, _release.Version, StringComparison.Ordinal)
            ? latest
            : null;

    private PipelineFault? Fault => Worker.ModelFault is { } fault && string.Equals(fault.Bundle, _bundle, StringComparison.Ordinal) ? fault : null;

    private long Faults => (Fault?.Count ?? 0) - _faultsAtBegin;

    private long Frames => Worker.Loop?.Parts.Source.Status.Frames ?? 0;

    /// <summary>What is wrong; null while nothing is.</summary>
    /// <param name="isOver">True: the trial ends now.</param>
    public TrialVerdict? FindFailure(bool isOver)
    {
        if (Seen is { } seen && _trial.FindFailure(seen, isOver) is { } failure) return failure;
        if (_limits.Time <= TimeSpan.Zero) return null;
        return (FindBreakdown(isOver) ?? (isOver && Windows < _limits.Windows ? FindHang() ?? FindMissed() : null)) is { } words
            ? new TrialVerdict(UpdateReasons.TrialFault, $"pipeline {Worker.Name}: {words}")
            : null;
    }

    /// <summary>What was seen, in plain words with numbers.</summary>
    public string Describe()
    {
        var once = Faults > 0 && Fault is { } fault ? $"; it failed once and began anew: {fault.Error.Message}" : "";
        if (Seen is { Windows: > 0 } seen) return _trial.Describe(seen) + once;
        var status = Worker.GetStatus();
        var why = status.Reason.Length > 0 && Worker.Loop is null ? $"{status.State.ToString().ToLowerInvariant()}: {status.Reason}" : $"its source: {status.Source}";
        // A source that has begun anew counts from nothing again.
        var frames = Frames is var now && now >= _framesAtBegin ? now - _framesAtBegin : now;
        return $"pipeline {Worker.Name}: no window came{(frames > 0 ? $" of {frames} frames" : "")} ({why}){once}";
    }

    private bool IsHanging(TimeSpan busy) => busy >= _limits.Time;

    private string? FindBreakdown(bool isOver)
    {
        var faults = Faults;
        if (faults <= 0 || Fault is not { } fault) return null;
        // At the end, one that it still stands in and has not begun anew from is enough, unless it has shown what was wanted before.
        var standsInIt = isOver && Windows < _limits.Windows && ReferenceEquals(Worker.Fault, fault.Error);
        if (faults <= MostFaults && !standsInIt) return null;
        var status = Worker.GetStatus();
        var words = status.State == ComponentState.Failed && status.Reason.Length > 0 ? status.Reason : fault.Error.Message;
        return $"it failed {(faults == 1 ? "once" : $"{faults} times")} with {_release.Version} and gave it {Windows} windows: {words}";
    }

    private string? FindHang() => Seen is not null && Worker.BusyFor is var busy && IsHanging(busy)
        ? string.Create(CultureInfo.InvariantCulture, $"it has been at one window of {_release.Version} for {busy.TotalSeconds:0.#} s, longer than the whole trial: it hangs")
        : null;

    // One window may have been under way when the trial began, or be under way now.
    private string? FindMissed() => Windows == 0 && Worker.Counters.Windows - _windowsAtBegin is > 1 and var windows
        ? $"{windows} windows came during the trial, and {_release.Version} got none of them{(Worker.Loop is { } loop ? $"; {loop.Parts.Model.Title} serves there" : "")}"
        : null;
}
