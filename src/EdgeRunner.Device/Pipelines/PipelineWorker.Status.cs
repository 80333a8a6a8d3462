using EdgeRunner.Device.Decisions;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.Sensors;

namespace EdgeRunner.Device.Pipelines;

internal sealed partial class PipelineWorker
{
    private Description _finished = new(null, null, new SourceStatus(), []);
    private OverloadPolicy? _overload;
    private int _label = Decision.None;
    private float _score = float.NaN;

    /// <summary>The pipeline as <c>status</c> shows it; any thread.</summary>
    public PipelineStatus GetStatus()
    {
        var description = Volatile.Read(ref _parts) is { } parts ? Describe(parts) : _finished;
        var entry = _states.Find(Component);
        var (source, label) = (description.Source, _label);
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
            Volatile.Read(ref _overload)?.DroppedFrames ?? 0,
            Counters.Gaps,
            Counters.DeadlinesMissed,
            source.Restarts,
            source.BadLines,
            Counters.RecordsOffered,
            _telemetry.Dropped,
            label >= 0 && label < description.Labels.Count ? description.Labels[label] : null,
            float.IsFinite(_score) ? Math.Round(_score, 6) : null,
            Microseconds(0.5),
            Microseconds(0.99),
            Microseconds(0.999),
            Math.Round(Latency.MaximumNanoseconds / 1000.0, 1));
    }

    /// <summary>Brings a source that waits, or works again, into the state board; called from time to time.</summary>
    public void RefreshState()
    {
        // Under the lock, so that what was seen of a run is never written over what became of it.
        lock (_refresh)
        {
            if (_parts is not { } parts) return;
            var source = parts.Source.Status;
            if (source.State == SourceState.Waiting) _states.Set(Component, ComponentState.Degraded, source.Reason ?? "the source gives nothing");
            else if (source.State == SourceState.Running) _states.Set(Component, ComponentState.Running, parts.Model.Manifest.Title);
        }
    }

    private double Microseconds(double fraction) => Math.Round(Latency.PercentileNanoseconds(fraction) / 1000.0, 1);

    private static Description Describe(PipelineParts parts) => new(parts.Model.Manifest.Title, parts.ModelSha256, parts.Source.Status, parts.Decisions.Labels);

    private sealed record Description(string? Model, string? ModelSha256, SourceStatus Source, IReadOnlyList<string> Labels);
}
