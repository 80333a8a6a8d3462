using System.Globalization;

namespace EdgeRunner.Device.Health;

/// <summary>Appends state changes to <c>status.log</c>, one line each, for a person beside the box:
/// <c>2026-11-21T10:04:05Z pipeline speech: running: model silero-vad 6.0.0</c>.</summary>
/// <remarks>When the file reaches its bound it becomes <c>status.log.1</c> and a new one begins, so the two together take at most
/// twice the bound. A log that cannot be written is given up with one log line: it never stops the daemon. Safe for any thread.</remarks>
internal sealed partial class StatusLog(string directory, long maxBytes, TimeProvider timeProvider, ILogger<StatusLog> logger) : IDisposable
{
    private readonly Lock _gate = new();
    private FileStream? _file;
    private bool _givenUp;

    /// <summary>Where the lines go.</summary>
    public string FilePath { get; } = Path.Combine(directory, "status.log");

    /// <summary>Appends one line. Line breaks inside <paramref name="text"/> become spaces.</summary>
    public void Append(string text)
    {
        var time = timeProvider.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var line = System.Text.Encoding.UTF8.GetBytes($"{time} {text.ReplaceLineEndings(" ")}\n");
        lock (_gate)
        {
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
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
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

    private static partial class Log
    {
        [LoggerMessage(6001, LogLevel.Warning, "status log {Path} cannot be written and is given up until the next start: {Reason}")]
        public static partial void StatusLogUnwritable(ILogger logger, string path, string reason);
    }
}
