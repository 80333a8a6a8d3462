using System.IO.Pipes;
using System.Text;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Device.Sensors;

/// <summary>Reads a program's standard error on its own thread, so that the program never blocks on it: the last line is kept for the
/// reason, ten lines a minute reach the log, the rest is counted.</summary>
internal sealed class StandardErrorTail : IDisposable
{
    private const int MaxLineBytes = 400;
    private const int LinesPerMinute = 10;
    private const int PollMilliseconds = 500; // how long a stop may take when another process keeps the pipe open

    private readonly PipeStream _pipe;
    private readonly string _source;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private volatile bool _stopping;
    private volatile string? _lastLine;
    private long _minuteStart;
    private long _linesThisMinute;

    /// <summary>Takes over <paramref name="pipe"/> and starts reading.</summary>
    public StandardErrorTail(PipeStream pipe, string source, TimeProvider time, ILogger logger)
    {
        (_pipe, _source, _time, _logger) = (pipe, source, time, logger);
        _minuteStart = time.GetTimestamp();
        _thread = new Thread(Run, maxStackSize: 256 << 10) { IsBackground = true, Name = "exec-stderr" };
        _thread.Start();
    }

    /// <summary>The last line that was not blank; null when there was none.</summary>
    public string? LastLine => _lastLine;

    /// <summary>Waits until the program's last words are read.</summary>
    public void Drain(TimeSpan atMost) => _thread.Join(atMost);

    /// <summary>Stops the thread and closes the pipe.</summary>
    public void Dispose()
    {
        _stopping = true;
        _thread.Join();
        _pipe.Dispose();
    }

    private void Run()
    {
        var buffer = new byte[4_096];
        var line = new byte[MaxLineBytes];
        var length = 0;
        try
        {
            while (!_stopping)
            {
                if (!FileDescriptorPoll.WaitReadable(_pipe.SafePipeHandle, PollMilliseconds))
                    continue;
                var count = _pipe.Read(buffer);
                if (count == 0)
                    break;
                foreach (var b in buffer.AsSpan(0, count))
                {
                    if (b is (byte)'\n' or (byte)'\r')
                    {
                        Take(line.AsSpan(0, length));
                        length = 0;
                    }
                    else if (length < MaxLineBytes)
                    {
                        line[length++] = b;
                    }
                }
            }

            Take(line.AsSpan(0, length));
        }
        catch (IOException)
        {
            // The pipe broke: there is nothing more to read, and the program's end is reported by its owner.
        }
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes.Trim(" \t"u8);
        if (bytes.IsEmpty)
            return;
        var text = string.Create(bytes.Length, Encoding.Latin1.GetString(bytes), static (span, source) =>
        {
            // Control characters could steer a terminal; bytes above ASCII are somebody's UTF-8 cut anywhere.
            for (var i = 0; i < span.Length; i++)
                span[i] = source[i] is >= ' ' and <= '~' ? source[i] : '?';
        });
        _lastLine = text;
        var now = _time.GetTimestamp();
        if (_time.GetElapsedTime(_minuteStart, now) >= TimeSpan.FromMinutes(1))
        {
            if (_linesThisMinute > LinesPerMinute)
                SensorsLog.StandardErrorSuppressed(_logger, _source, _linesThisMinute - LinesPerMinute);
            (_minuteStart, _linesThisMinute) = (now, 0);
        }

        if (++_linesThisMinute <= LinesPerMinute)
            SensorsLog.StandardError(_logger, _source, text);
    }
}
