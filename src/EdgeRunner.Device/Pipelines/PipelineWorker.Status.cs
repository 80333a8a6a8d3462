using EdgeRunner.Device.Decisions;
using EdgeRunner.Device.Guards;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.Sensors;
using EdgeRunner.Device.Swaps;

namespace EdgeRunner.Device.Pipelines;

internal sealed partial class PipelineWorker
{
    private Description _finished = new(null, null, null, new SourceStatus(), [], Decision.None, float.NaN, 0, null, null, null);
    private PipelineSwap? _lastSwap;

    /// <summary>What became of the last new model; null before the first. Any thread.</summary>
    public PipelineSwap? LastSwap
    {
        get => Volatile.Read(ref _lastSwap);
        set => Volatile.Write(ref _lastSwap, value);
    }

    /// <summary>The pipeline as <c>status</c> shows it; any thread.</summary>
    public PipelineStatus GetStatus()
    {
        var description = Loop is { } loop ? Describe(loop) : _finished;
        var entry = _context.States.Find(Component);
        var (source, label) = (description.Source, description.Label);
        return new PipelineStatus(
            Name,
            entry?.State ?? ComponentState.Unknown,
            entry?.Reason ?? "",
            description.Model,
            description.ModelSha256,
            source.Reason is null ? source.State.ToString().ToLowerInvariant() : $"{source.State.ToString().ToLowerInvariant()}: {source.Reason}",
            Counters.Windows,
            Counters.Decisions,
            Counters.Changes,
            Counters.InvalidOutputs,
            Counters.RunErrors,
            description.DroppedFrames,
            Counters.Gaps,
            Counters.DeadlinesMissed,
            source.Restarts,
            source.BadLines,
            Counters.RecordsOffered,
            _telemetry.Dropped,
            label >= 0 && label < description.Labels.Count ? description.Labels[label] : null,
            float.IsFinite(description.Score) ? Math.Round(description.Score, 6) : null,
            Microseconds(0.5),
            Microseconds(0.99),
            Microseconds(0.999),
            Math.Round(Latency.MaximumNanoseconds / 1000.0, 1),
            description.Previous,
            LastSwap,
            description.Parallel,
            DescribeGuard(description));
    }

    /// <summary>Brings a source that waits, or works again, into the state board; called from time to time.</summary>
    public void RefreshState()
    {
        // Under the lock, so that what was seen of a run is never written over what became of it.
        lock (_refresh)
        {
            if (_loop is not { } loop || loop.Guard.Off is not null) return; // A model that is off is the worse news.
            var source = loop.Parts.Source.Status;
            if (source.State == SourceState.Waiting) _context.States.Set(Component, ComponentState.Degraded, source.Reason ?? "the source gives nothing");
            else if (source.State == SourceState.Running) _context.States.Set(Component, ComponentState.Running, loop.Parts.Model.Title);
        }
    }

    private double Microseconds(double fraction) => Math.Round(Latency.PercentileNanoseconds(fraction) / 1000.0, 1);

    private GuardStatus DescribeGuard(Description description) => new(
        description.Off is null,
        description.Off?.Reason,
        description.Off?.Since,
        description.SafeLabel,
        Counters.TurnedOff,
        Counters.WindowsWithoutModel,
        Counters.Faults(FaultKind.NaN),
        Counters.Faults(FaultKind.Infinite),
        Counters.Faults(FaultKind.OutOfRange),
        Counters.Faults(FaultKind.BadLabel),
        Counters.Faults(FaultKind.RunError),
        Counters.Faults(FaultKind.Timeout));

    private static Description Describe(PipelineLoop loop)
    {
        var model = loop.Parts.Model;
        var (label, score) = loop.Latest;
        var labels = model.Decisions.Labels;
        return new Description(
            model.Title, model.Sha256, loop.Parts.Slot.Previous, loop.Parts.Source.Status, labels, label, score, loop.DroppedFrames, loop.Guard.Off,
            model.Safe.Label == Decision.None ? null : labels[model.Safe.Label], model.Parallel);
    }

    private sealed record Description(
        string? Model, string? ModelSha256, string? Previous, SourceStatus Source, IReadOnlyList<string> Labels, int Label, float Score, long DroppedFrames, ModelOff? Off, string? SafeLabel,
        string? Parallel);
}
