namespace EdgeRunner.Device.Pipelines;

/// <summary>What one pipeline has done since the daemon started. Written by the pipeline's thread alone, read by any.</summary>
internal sealed class PipelineCounters
{
    private long _windows;
    private long _decisions;
    private long _changes;
    private long _invalidOutputs;
    private long _runErrors;
    private long _gaps;
    private long _deadlinesMissed;
    private long _recordsOffered;

    /// <summary>Windows that were complete and given to the model.</summary>
    public long Windows => Volatile.Read(ref _windows);

    /// <summary>Windows that ended in a decision; the rest are <see cref="InvalidOutputs"/> and <see cref="RunErrors"/>.</summary>
    public long Decisions => Volatile.Read(ref _decisions);

    /// <summary>Decisions that differ from the one before.</summary>
    public long Changes => Volatile.Read(ref _changes);

    /// <summary>Windows whose model output was NaN, infinite or out of its labels.</summary>
    public long InvalidOutputs => Volatile.Read(ref _invalidOutputs);

    /// <summary>Windows on which ONNX Runtime returned an error.</summary>
    public long RunErrors => Volatile.Read(ref _runErrors);

    /// <summary>Times the input was not continuous: the source was reopened, or frames were skipped.</summary>
    public long Gaps => Volatile.Read(ref _gaps);

    /// <summary>Windows that took longer than the pipeline's deadline.</summary>
    public long DeadlinesMissed => Volatile.Read(ref _deadlinesMissed);

    /// <summary>Telemetry records offered to the outbox, whether or not it took them.</summary>
    public long RecordsOffered => Volatile.Read(ref _recordsOffered);

    public void CountWindow() => Bump(ref _windows);

    public void CountDecision(bool changed)
    {
        Bump(ref _decisions);
        if (changed) Bump(ref _changes);
    }

    public void CountInvalidOutput() => Bump(ref _invalidOutputs);

    public void CountRunError() => Bump(ref _runErrors);

    public void CountGap() => Bump(ref _gaps);

    public void CountMissedDeadline() => Bump(ref _deadlinesMissed);

    public void CountRecord() => Bump(ref _recordsOffered);

    // One writer: a plain add with a release store is enough, and cheaper than an interlocked one.
    private static void Bump(ref long counter) => Volatile.Write(ref counter, counter + 1);
}
