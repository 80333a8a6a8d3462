namespace EdgeRunner.Device.Sensors;

/// <summary>What <c>status</c> shows of a source. Written by the pipeline's thread alone, read by any without a lock; each value is
/// current, the set is not a snapshot.</summary>
internal sealed class SourceStatus
{
    private int _state;
    private string? _reason;
    private string? _lastMessage;
    private long _frames;
    private long _gaps;
    private long _restarts;
    private long _badLines;
    private long _warnings;
    private long _lastFrameTimestamp;

    /// <summary>What the source is doing.</summary>
    public SourceState State => (SourceState)Volatile.Read(ref _state);

    /// <summary>Why it waits or failed, or a warning about the input while it runs; null when there is nothing to say.</summary>
    public string? Reason => Volatile.Read(ref _reason);

    /// <summary>Last line a program wrote to its standard error, or the last line that could not be read; null when there is none.</summary>
    public string? LastMessage
    {
        get => Volatile.Read(ref _lastMessage);
        set => Volatile.Write(ref _lastMessage, value);
    }

    /// <summary>Frames delivered.</summary>
    public long Frames => Volatile.Read(ref _frames);

    /// <summary>Times the frames did not follow those before: restarts, new beginnings of a loop, skips.</summary>
    public long Gaps => Volatile.Read(ref _gaps);

    /// <summary>Times a program was started again.</summary>
    public long Restarts => Volatile.Read(ref _restarts);

    /// <summary>Lines that could not be read as numbers.</summary>
    public long BadLines => Volatile.Read(ref _badLines);

    /// <summary>Oddities of the input that cost nothing, such as a WAV header with a wrong length.</summary>
    public long Warnings => Volatile.Read(ref _warnings);

    /// <summary><see cref="TimeProvider.GetTimestamp"/> of the last frame, for the age of values; 0 before the first.</summary>
    public long LastFrameTimestamp => Volatile.Read(ref _lastFrameTimestamp);

    internal void Set(SourceState state, string? reason)
    {
        Volatile.Write(ref _reason, reason);
        Volatile.Write(ref _state, (int)state);
    }

    internal void Running()
    {
        if (_state != (int)SourceState.Running)
            Volatile.Write(ref _state, (int)SourceState.Running);
    }

    internal void Delivered(int frames, long timestamp)
    {
        Volatile.Write(ref _frames, _frames + frames);
        Volatile.Write(ref _lastFrameTimestamp, timestamp);
    }

    internal void Gap() => Volatile.Write(ref _gaps, _gaps + 1);

    internal void Restarted() => Volatile.Write(ref _restarts, _restarts + 1);

    internal void BadLine() => Volatile.Write(ref _badLines, _badLines + 1);

    internal void Warn(string reason)
    {
        Volatile.Write(ref _warnings, _warnings + 1);
        Volatile.Write(ref _reason, reason);
    }
}
