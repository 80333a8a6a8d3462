using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Decisions;
using EdgeRunner.Device.Guards;
using EdgeRunner.Device.Sensors;
using EdgeRunner.Device.Telemetry;

namespace EdgeRunner.Device.Pipelines;

/// <summary>Where one pipeline's records go: windows into its own stream, changes of the decision into the stream <c>event</c>. One thread.</summary>
internal sealed class PipelineTelemetry(TelemetryQueue windows, TelemetryQueue events, PipelineOptions pipeline, PipelineCounters counters)
{
    // A recording that is played as fast as possible has all the time there is; everything else is live and must not wait for a disk.
    private readonly bool _waits = (pipeline.Telemetry.WhenFull
        ?? (pipeline.Source is ReplaySourceOptions { Pace: ReplayPace.AsFastAsPossible } ? QueueFullPolicy.Block : QueueFullPolicy.Drop)) == QueueFullPolicy.Block;

    private readonly RecordedWindows _recorded = pipeline.Telemetry.Windows;

    /// <summary>Records that found a queue full.</summary>
    public long Dropped => windows.DroppedRecords + windows.TooLargeRecords + events.DroppedRecords + events.TooLargeRecords;

    /// <summary>Offers the records of one decision. Waits for room only when the pipeline's policy is <c>block</c>.</summary>
    public void Offer(RecordWriter writer, SegmentTracker segments, long window, long startFrame, long endFrame, in Decision decision, long latencyNanoseconds,
        CancellationToken cancellationToken, FaultKind fault = FaultKind.None)
    {
        if (segments.Advance(decision.Label, startFrame, out var closed))
        {
            if (closed is { } segment) Put(events, writer.Ended(segment), cancellationToken);
            if (decision.IsActive) Put(events, writer.Began(decision.Label, startFrame), cancellationToken);
        }

        if (_recorded == RecordedWindows.All || (_recorded == RecordedWindows.Changes && decision.Changed))
            Put(windows, writer.Window(window, endFrame, decision, latencyNanoseconds, fault), cancellationToken);
    }

    /// <summary>Ends the open segment, because the input is over or was interrupted.</summary>
    public void Close(RecordWriter writer, SegmentTracker segments, long endFrame, CancellationToken cancellationToken)
    {
        if (segments.Close(endFrame, out var closed) && closed is { } segment) Put(events, writer.Ended(segment), cancellationToken);
    }

    /// <summary>The model is turned off: the open segment ends, and the safe state is told once.</summary>
    public void Safe(RecordWriter writer, SegmentTracker segments, long window, long endFrame, SafeState safe, string reason, CancellationToken cancellationToken)
    {
        Close(writer, segments, endFrame, cancellationToken);
        Put(events, writer.Safe(window, endFrame, safe, reason), cancellationToken);
    }

    /// <summary>Ends the open segment when the daemon stops: never waits for room.</summary>
    public void CloseAtStop(RecordWriter writer, SegmentTracker segments, long endFrame)
    {
        if (!segments.Close(endFrame, out var closed) || closed is not { } segment) return;
        counters.CountRecord();
        events.TryEnqueue(writer.Ended(segment));
    }

    private void Put(TelemetryQueue queue, ReadOnlySpan<byte> record, CancellationToken cancellationToken)
    {
        counters.CountRecord();
        if (!_waits)
        {
            queue.TryEnqueue(record);
            return;
        }

        try
        {
            queue.Enqueue(record, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            queue.TryEnqueue(record); // Its window is consumed: it goes in now, or it is counted.
            throw;
        }
    }
}
