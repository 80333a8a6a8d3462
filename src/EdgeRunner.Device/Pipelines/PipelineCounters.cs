using EdgeRunner.Device.Guards;

namespace EdgeRunner.Device.Pipelines;

/// <summary>What one pipeline has done since the daemon started. Written by the pipeline's thread alone, read by any.</summary>
internal sealed class PipelineCounters
{
    private long _windows;
    private long _decisions;
    private long _changes;
    private long _gaps;
    private long _deadlinesMissed;
    private long _recordsOffered;
    private long _windowsWithoutModel;
    private long _turnedOff;
    private readonly long[] _faults = new long[FaultKinds.Count];

    /// <summary>Windows that were complete: each was given to the model, or came while that was turned off.</summary>
    public long Windows => Volatile.Read(ref _windows);

    /// <summary>Windows that ended in a decision; the rest are <see cref="InvalidOutputs"/>, <see cref="RunErrors"/> and <see cref="WindowsWithoutModel"/>.</summary>
    public long Decisions => Volatile.Read(ref _decisions);

    /// <summary>Decisions that differ from the one before.</summary>
    public long Changes => Volatile.Read(ref _changes);

    /// <summary>Windows whose model output was NaN, infinite, out of its declared range or out of its labels.</summary>
    public long InvalidOutputs => Faults(FaultKind.NaN) + Faults(FaultKind.Infinite) + Faults(FaultKind.OutOfRange) + Faults(FaultKind.BadLabel);

    /// <summary>Windows on which ONNX Runtime returned an error, or that took longer than the guard allows.</summary>
    public long RunErrors => Faults(FaultKind.RunError) + Faults(FaultKind.Timeout);

    /// <summary>Windows that came while the model was turned off.</summary>
    public long WindowsWithoutModel => Volatile.Read(ref _windowsWithoutModel);

    /// <summary>Times the model was turned off.</summary>
    public long TurnedOff => Volatile.Read(ref _turnedOff);

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

    /// <summary>Windows with a fault of that kind.</summary>
    public long Faults(FaultKind kind) => Volatile.Read(ref _faults[(int)kind]);

    public void CountFault(FaultKind kind) => Bump(ref _faults[(int)kind]);

    public void CountWithoutModel() => Bump(ref _windowsWithoutModel);

    public void CountTurnedOff() => Bump(ref _turnedOff);

    public void CountGap() => Bump(ref _gaps);

    public void CountMissedDeadline() => Bump(ref _deadlinesMissed);

    public void CountRecord() => Bump(ref _recordsOffered);

    // One writer: a plain add with a release store is enough, and cheaper than an interlocked one.
    private static void Bump(ref long counter) => Volatile.Write(ref counter, counter + 1);
}
