using System.Globalization;

namespace EdgeRunner.Device.Health;

/// <summary>Appends state changes to <c>status.log</c>, one line each, for a person beside the box:
/// <c>2026-11-21T10:04:05Z pipeline speech: running: model silero-vad 6.0.0</c>.</summary>
/// <remarks>When the file reaches its bound it becomes <c>status.log.1</c> and a new one begins, so the two together take at most
/// twice the bound. A component that changes more often than the limit allows is cut short until the minute is over, and then one line says how many
/// changes were left out and which was the last: <c>pipeline speech: 37 more, the last: running</c>. A log that cannot be written is given up with one log line: it never stops the daemon. Safe for any thread.</remarks>
internal sealed partial class StatusLog(string directory, long maxBytes, int linesPerMinute, TimeProvider timeProvider, ILogger<StatusLog> logger) : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Burst> _bursts = new(StringComparer.Ordinal);
    private FileStream? _file;
    private ITimer? _minuteEnds;
    private bool _givenUp;

    /// <summary>Where the lines go.</summary>
    public string FilePath { get; } = Path.Combine(directory, "status.log");

    /// <summary>Appends one line of a component, unless it has had its share of this minute. Line breaks inside <paramref name="text"/> become spaces.</summary>
    /// <param name="component">Whose line.</param>
    /// <param name="text">The line, with the component.</param>
    /// <param name="isOutcome">How something ended: never left out, whatever led to it.</param>
    public void Append(string component, string text, bool isOutcome = false)
    {
        lock (_gate)
        {
            if (isOutcome)
            {
                Write(text);
                return;
            }

            var now = timeProvider.GetTimestamp();
            if (!_bursts.TryGetValue(component, out var burst) || (burst.LeftOut == 0 && timeProvider.GetElapsedTime(burst.Start, now) >= Period))
                _bursts[component] = burst = new Burst(now);
            if (linesPerMinute > 0 && burst.Written >= linesPerMinute)
            {
                burst.LeftOut++;
                burst.Last = text;
                _minuteEnds ??= timeProvider.CreateTimer(_ => SumUp(isFinal: false), null, Period, Period);
                return;
            }

            burst.Written++;
            Write(text);
        }
    }

    private void SumUp(bool isFinal)
    {
        lock (_gate)
        {
            var now = timeProvider.GetTimestamp();
            foreach (var (component, burst) in _bursts)
            {
                if (burst.LeftOut == 0 || (!isFinal && timeProvider.GetElapsedTime(burst.Start, now) < Period)) continue;
                // The component's name begins the line that was left out; it need not stand there twice.
                var last = burst.Last.StartsWith($"{component}: ", StringComparison.Ordinal) ? burst.Last[(component.Length + 2)..] : burst.Last;
                Write($"{component}: {burst.LeftOut} more, the last: {last}");
                (burst.Start, burst.Written, burst.LeftOut) = (now, 1, 0);
            }

            if (_bursts.Values.Any(burst => burst.LeftOut > 0)) return;
            _minuteEnds?.Dispose();
            _minuteEnds = null;
        }
    }

    private void Write(string text)
    {
        var time = timeProvider.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var line = System.Text.Encoding.UTF8.GetBytes($"{time} {text.ReplaceLineEndings(" ")}\n");
        if (_givenUp) return;
        try
        {
            _file ??= Open();
            if (_file.Length + line.Length > maxBytes) Rotate();
            _file!.Write(line);
            _file.Flush();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _givenUp = true;
            Log.StatusLogUnwritable(logger, FilePath, e.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        SumUp(isFinal: true);
        lock (_gate)
        {
            _minuteEnds?.Dispose();
            _file?.Dispose();
            _file = null;
            _givenUp = true;
        }
    }

    private FileStream Open()
    {
        Directory.CreateDirectory(directory);
        return new FileStream(FilePath, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
    }

    private void Rotate()
    {
        _file!.Dispose();
        _file = null;
        File.Move(FilePath, FilePath + ".1", overwrite: true);
        _file = Open();
    }

    private sealed class Burst(long start)
    {
        public long Start { get; set; } = start;

        public int Written { get; set; }

        public int LeftOut { get; set; }

        public string Last { get; set; } = "";
    }

    private static partial class Log
    {
        [LoggerMessage(6001, LogLevel.Warning, "status log {Path} cannot be written and is given up until the next start: {Reason}")]
        public static partial void StatusLogUnwritable(ILogger logger, string path, string reason);
    }
}
