using EdgeRunner.Device.Guards;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.Swaps;

namespace EdgeRunner.Device.Pipelines;

/// <summary>One pipeline as <c>status</c> shows it. Latencies run from the window being complete to the decision being taken, in microseconds.</summary>
/// <param name="Name">The pipeline's key in the configuration.</param>
/// <param name="State">How it is.</param>
/// <param name="Reason">Why, in plain words; empty when there is nothing to say.</param>
/// <param name="Model">Name and version of the model, such as <c>silero-vad 6.0.0</c>; null before one is loaded.</param>
/// <param name="ModelSha256">Digest of the model's bundle, 64 hex digits; null before one is loaded.</param>
/// <param name="Source">What the source is doing, in its own words.</param>
/// <param name="Windows">Windows given to the model.</param>
/// <param name="Decisions">Windows that ended in a decision.</param>
/// <param name="Changes">Decisions that differ from the one before.</param>
/// <param name="InvalidOutputs">Windows with a NaN, an infinity or an impossible label.</param>
/// <param name="RunErrors">Windows on which the model failed.</param>
/// <param name="FramesSkipped">Frames thrown away by the overload policy.</param>
/// <param name="Gaps">Times the input was not continuous.</param>
/// <param name="DeadlinesMissed">Windows over the deadline.</param>
/// <param name="SourceRestarts">Times the source had to be opened again.</param>
/// <param name="BadLines">Lines or frames of the source that could not be read.</param>
/// <param name="RecordsOffered">Telemetry records made.</param>
/// <param name="RecordsDropped">Telemetry records that found the queue to the outbox full.</param>
/// <param name="Label">The current decision; null before the first.</param>
/// <param name="Score">Its score.</param>
/// <param name="LatencyP50Us">Median.</param>
/// <param name="LatencyP99Us">99th percentile.</param>
/// <param name="LatencyP999Us">99.9th percentile.</param>
/// <param name="LatencyMaxUs">The worst one.</param>
/// <param name="Previous">Name and version of the model that served before; null when none did since the pipeline started.</param>
/// <param name="LastSwap">What became of the last new model; null before the first.</param>
/// <param name="Parallel">Whether independent steps of the model run side by side, and why, with what was measured; null when it has none.</param>
/// <param name="Guard">What the guard has seen of the model.</param>
internal sealed record PipelineStatus(
    string Name,
    ComponentState State,
    string Reason,
    string? Model,
    string? ModelSha256,
    string Source,
    long Windows,
    long Decisions,
    long Changes,
    long InvalidOutputs,
    long RunErrors,
    long FramesSkipped,
    long Gaps,
    long DeadlinesMissed,
    long SourceRestarts,
    long BadLines,
    long RecordsOffered,
    long RecordsDropped,
    string? Label,
    double? Score,
    double LatencyP50Us,
    double LatencyP99Us,
    double LatencyP999Us,
    double LatencyMaxUs,
    string? Previous,
    PipelineSwap? LastSwap,
    string? Parallel,
    GuardStatus Guard);
