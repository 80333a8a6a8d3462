using System.ComponentModel;

namespace EdgeRunner.Device.Sensors;

/// <summary>Reads the standard output of a program and keeps the program alive: a program that ends, falls silent or prints rubbish is
/// started again with growing waits, and the frames after that are marked as a gap.</summary>
/// <remarks>The wait for output is a poll in slices of <see cref="PollMilliseconds"/>, so that cancellation is prompt. What the program wrote
/// before it ended is delivered before the restart.</remarks>
internal sealed class ExecSource : ISampleSource
{
    private const int PollMilliseconds = 100;
    private const int MinBufferBytes = 256 << 10; // four kernel pipes
    private const int MaxBufferBytes = 16 << 20;

    // A start counts as good after this long; then the waits begin anew.
    private static readonly TimeSpan StableAfter = TimeSpan.FromMinutes(1);

    private readonly ExecSourceOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _name;
    private readonly FrameDecoder _decoder;
    private readonly ByteBuffer _buffer;
    private readonly RestartBackoff _backoff;
    private ExecProcess? _process;
    private bool _endOfOutput;
    private bool _everStarted;
    private bool _pendingGap;
    private bool _ended;
    private long _startedAt;
    private long _waitingSince;
    private bool _bytesWhileWaiting;

    /// <summary>Does not start the program yet.</summary>
    public ExecSource(ExecSourceOptions options, TimeProvider time, Random random, ILogger<ExecSource> logger)
    {
        (_options, _time, _logger) = (options, time, logger);
        _name = Path.GetFileName(options.Command[0]);
        _backoff = new RestartBackoff(options.Restart, random);
        var channels = options.Columns?.Count ?? options.Channels ?? 1;
        _decoder = options.Format switch
        {
            SampleFormat.Raw => new RawFrameDecoder(options.SampleType!.Value, channels, options.Normalize),
            SampleFormat.Csv => new LineFrameDecoder(new CsvLineParser(options, channels), Status),
            SampleFormat.Ndjson => new LineFrameDecoder(new NdjsonLineParser(options.Columns, channels), Status),
            _ => throw new ArgumentException($"format {options.Format} cannot be read from a program", nameof(options)),
        };
        // Two seconds of samples, so that the overload policy can see how far the pipeline is behind.
        var twoSeconds = Math.Min(2 * options.SampleRateHz * _decoder.MinBufferBytes, MaxBufferBytes);
        _buffer = new ByteBuffer(Math.Max(
            checked(2 * _decoder.MinBufferBytes), options.Format == SampleFormat.Raw ? Math.Max((int)twoSeconds, MinBufferBytes) : MinBufferBytes));
        Layout = new SampleLayout(channels, options.SampleRateHz);
    }

    /// <inheritdoc/>
    public SampleLayout Layout { get; }

    /// <inheritdoc/>
    public SourceStatus Status { get; } = new();

    /// <inheritdoc/>
    public bool IsLive => true;

    /// <inheritdoc/>
    public bool GapBefore { get; private set; }

    /// <inheritdoc/>
    public void Open()
    {
        // The form of the frames is configured; the program starts with the first read, because starting can fail and be tried again.
    }

    /// <inheritdoc/>
    public int Read(Span<float> frames, CancellationToken cancellationToken)
    {
        // Silence is time spent waiting in here: a pipeline that was busy elsewhere does not blame the program.
        _waitingSince = _time.GetTimestamp();
        _bytesWhileWaiting = false;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_ended)
                return 0;
            if (_process is null && !TryStart(cancellationToken))
                continue;
            var count = _decoder.Decode(_buffer.Filled, _endOfOutput, frames, out var consumed);
            _buffer.Consume(consumed);
            if (count > 0)
                return Deliver(count);
            if (_decoder.BadLinesFromStart >= _options.MaxBadLines)
                Restart($"{_name} prints what cannot be read as {_options.Format.ToString()!.ToLowerInvariant()}: {Status.LastMessage}", cancellationToken);
            else if (_endOfOutput && _buffer.Filled.IsEmpty)
                OnEndOfOutput(cancellationToken);
            else if (!_endOfOutput && _options.SilenceTimeoutMs > 0 && _time.GetElapsedTime(_waitingSince).TotalMilliseconds >= _options.SilenceTimeoutMs)
                Restart($"{_name} has printed nothing{(_bytesWhileWaiting ? " that makes a frame" : "")} for {_options.SilenceTimeoutMs} ms{LastWords()}", cancellationToken);
            else if (!_endOfOutput && _process!.WaitReadable(PollMilliseconds))
                Fill();
        }
    }

    /// <inheritdoc/>
    public long CountAvailable()
    {
        while (_process is not null && !_endOfOutput && !_buffer.IsFull && _process.WaitReadable(0))
        {
            if (!Fill())
                break;
        }

        return _decoder.Count(_buffer.Filled);
    }

    /// <inheritdoc/>
    public long Skip(long frames)
    {
        var skipped = _decoder.Skip(_buffer.Filled, (int)Math.Min(frames, int.MaxValue), out var consumed);
        _buffer.Consume(consumed);
        if (skipped > 0)
        {
            _pendingGap = true;
            Status.Gap();
        }

        return skipped;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process?.Dispose();
        _process = null;
        _ended = true;
    }

    private int Deliver(int count)
    {
        GapBefore = _pendingGap;
        _pendingGap = false;
        if (Status.State != SourceState.Running)
            Status.Set(SourceState.Running, null);
        Status.Delivered(count, _time.GetTimestamp());
        return count;
    }

    /// <summary>Moves output into the buffer; false when there was no room at its end.</summary>
    private bool Fill()
    {
        var free = _buffer.Free();
        if (free.IsEmpty)
            return false;
        var count = _process!.Read(free);
        _buffer.Fill(count);
        _endOfOutput = count == 0;
        _bytesWhileWaiting = true;
        return true;
    }

    private bool TryStart(CancellationToken cancellationToken)
    {
        if (Status.State != SourceState.Waiting)
            Status.Set(SourceState.Opening, null);
        if (_everStarted)
            Status.Restarted();
        _everStarted = true;
        _decoder.Reset();
        _buffer.Clear();
        _endOfOutput = false;
        _startedAt = _waitingSince = _time.GetTimestamp();
        _bytesWhileWaiting = false;
        try
        {
            _process = new ExecProcess(_options, _name, _time, _logger);
            SensorsLog.Started(_logger, _name, _process.Id);
            return true;
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            Restart($"{_options.Command[0]} cannot be started: {e.Message}", cancellationToken);
            return false;
        }
    }

    private void OnEndOfOutput(CancellationToken cancellationToken)
    {
        var exitCode = _process!.AwaitExit(TimeSpan.FromMilliseconds(500));
        if (exitCode == 0 && _options.Restart.Policy != RestartPolicy.Always)
        {
            _process.Dispose();
            _process = null;
            _ended = true;
            Status.Set(SourceState.Ended, null);
            return;
        }

        Restart(exitCode switch
        {
            null => $"{_name} closed its output without ending{LastWords()}",
            > 128 and < 193 => $"{_name} was killed by signal {exitCode - 128}{LastWords()}",
            _ => $"{_name} ended with exit code {exitCode}{LastWords()}",
        }, cancellationToken);
    }

    /// <summary>Ends the program, says why, and waits for the time of the next start, or ends the source when there is none.</summary>
    private void Restart(string reason, CancellationToken cancellationToken)
    {
        _process?.Dispose();
        _process = null;
        _buffer.Clear();
        if (_options.Restart.Policy == RestartPolicy.Never)
        {
            _ended = true;
            Status.Set(SourceState.Failed, reason);
            SensorsLog.Failed(_logger, _name, reason);
            throw new SensorException(reason);
        }

        // Frames so far and frames from now on do not follow each other; before the first frame there is nothing to be apart from.
        if (Status.Frames > 0 && !_pendingGap)
        {
            _pendingGap = true;
            Status.Gap();
        }

        if (_time.GetElapsedTime(_startedAt) >= StableAfter)
            _backoff.Reset();
        var wait = _backoff.Next();
        Status.Set(SourceState.Waiting, reason);
        SensorsLog.Restarting(_logger, _name, reason, (long)wait.TotalMilliseconds);
        MonotonicWait.For(_time, wait, cancellationToken);
    }

    private string LastWords() => _process?.LastErrorLine is { } line ? $": {line}" : "";
}
