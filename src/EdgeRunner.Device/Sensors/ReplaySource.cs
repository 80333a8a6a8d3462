using System.Globalization;

namespace EdgeRunner.Device.Sensors;

/// <summary>Plays a recording, in real time or as fast as it is read.</summary>
internal sealed class ReplaySource(ReplaySourceOptions options, TimeProvider time) : ISampleSource
{
    // In real time a read waits for 10 ms of frames: a sensor's period, and a hundred wake-ups a second at most.
    private const double PeriodSeconds = 0.010;

    private IFrameReader? _reader;
    private long _startTimestamp;
    private long _played; // frames since _startTimestamp, skipped ones included
    private bool _started;
    private bool _pendingGap;

    /// <inheritdoc/>
    public SampleLayout Layout { get; private set; }

    /// <inheritdoc/>
    public SourceStatus Status { get; } = new();

    /// <inheritdoc/>
    public bool IsLive => options.Pace == ReplayPace.RealTime;

    /// <inheritdoc/>
    public bool GapBefore { get; private set; }

    /// <inheritdoc/>
    public void Open()
    {
        try
        {
            _reader = RecordingFile.Open(options, Status);
            Layout = _reader.Layout;
            if (IsLive && Layout.SampleRateHz <= 0)
                throw new SensorException($"{options.File}: no sample rate; pace real-time needs sampleRateHz");
        }
        catch (SensorException e)
        {
            Status.Set(SourceState.Failed, e.Message);
            throw;
        }
    }

    /// <inheritdoc/>
    public int Read(Span<float> frames, CancellationToken cancellationToken)
    {
        var reader = _reader ?? throw new InvalidOperationException("Open comes first");
        cancellationToken.ThrowIfCancellationRequested();
        Status.Running();
        if (!_started)
            (_started, _startTimestamp) = (true, time.GetTimestamp());
        if (IsLive)
            frames = frames[..(AwaitFrames(frames.Length / Layout.Channels, cancellationToken) * Layout.Channels)];
        GapBefore = _pendingGap;
        _pendingGap = false;
        try
        {
            var count = reader.Read(frames);
            if (count == 0 && options.Loop && Status.Frames > 0)
            {
                reader.Rewind();
                Status.Gap();
                GapBefore = true;
                count = reader.Read(frames);
            }

            if (count == 0)
            {
                Status.Set(SourceState.Ended, Status.Frames > 0 ? Status.Reason : $"{options.File} has no frames{(Status.LastMessage is { } bad ? $": {bad}" : "")}");
                return 0;
            }

            _played += count;
            Status.Delivered(count, time.GetTimestamp());
            return count;
        }
        catch (IOException e)
        {
            Status.Set(SourceState.Failed, $"{options.File} cannot be read any more: {e.Message}");
            throw new SensorException(Status.Reason!, e);
        }
    }

    /// <inheritdoc/>
    public long CountAvailable() => !_started ? 0 : IsLive ? Math.Max(0, Due(time.GetTimestamp()) - _played) : long.MaxValue;

    /// <inheritdoc/>
    public long Skip(long frames)
    {
        var skipped = _reader?.Skip(Math.Min(frames, CountAvailable())) ?? 0;
        _played += skipped;
        if (skipped > 0)
        {
            _pendingGap = true;
            Status.Gap();
        }

        return skipped;
    }

    /// <inheritdoc/>
    public void Dispose() => _reader?.Dispose();

    /// <summary>Waits for a period's worth of frames (or all that were asked for, if that is less).</summary>
    /// <returns>Frames that are due, at most <paramref name="asked"/>. The schedule is absolute: a late read gets more, so nothing drifts.</returns>
    private int AwaitFrames(int asked, CancellationToken cancellationToken)
    {
        var wanted = Math.Clamp((int)Math.Min(Layout.SampleRateHz * PeriodSeconds, int.MaxValue), 1, asked);
        while (true)
        {
            var due = Due(time.GetTimestamp()) - _played;
            if (due >= wanted)
                return (int)Math.Min(due, asked);
            var at = _startTimestamp + (long)Math.Ceiling((_played + wanted) * (time.TimestampFrequency / Layout.SampleRateHz)) + 1;
            MonotonicWait.Until(time, at, cancellationToken);
        }
    }

    private long Due(long timestamp) => (long)((timestamp - _startTimestamp) * (Layout.SampleRateHz / time.TimestampFrequency));

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"replay of {options.File}");
}
