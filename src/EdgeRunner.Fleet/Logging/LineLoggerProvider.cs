using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace EdgeRunner.Fleet.Logging;

/// <summary>Writes log lines of a program that runs for long: one line each, at once. Thread-safe.</summary>
/// <param name="output">Not owned.</param>
/// <param name="format">How lines look.</param>
/// <param name="timeProvider">Clock.</param>
[ProviderAlias("Lines")]
internal sealed class LineLoggerProvider(TextWriter output, LineFormat format, TimeProvider timeProvider) : ILoggerProvider
{
    private readonly Lock _gate = new();

    /// <summary>JSON when it is asked for; the journal's when systemd reads us (<c>systemd.exec(5)</c>); else that of a terminal.</summary>
    internal static LineFormat FormatFor(bool json) =>
        json ? LineFormat.Json : Environment.GetEnvironmentVariable("JOURNAL_STREAM") is { Length: > 0 } ? LineFormat.Journal : LineFormat.Terminal;

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new LineLogger(this);

    /// <inheritdoc/>
    public void Dispose() => output.Flush();

    private void Write(LogLevel level, EventId id, string message, Exception? exception)
    {
        var text = (exception is null ? message : $"{message}: {exception.Message}").ReplaceLineEndings(" ");
        var line = format switch
        {
            LineFormat.Json => Json(level, id, text),
            LineFormat.Journal => $"<{PriorityOf(level)}>{text}{Suffix(id)}",
            _ => string.Create(CultureInfo.InvariantCulture, $"{timeProvider.GetUtcNow().UtcDateTime:HH:mm:ss.fff} {WordOf(level),-5} {text}{Suffix(id)}"),
        };
        lock (_gate)
        {
            output.WriteLine(line);
            output.Flush();
        }
    }

    private string Json(LogLevel level, EventId id, string text)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("time", timeProvider.GetUtcNow());
            json.WriteString("level", WordOf(level));
            json.WriteNumber("event", id.Id);
            json.WriteString("message", text);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string Suffix(EventId id) => id.Id == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" [F{id.Id}]");

    // syslog(3): 2 critical, 3 error, 4 warning, 6 informational, 7 debug.
    private static char PriorityOf(LogLevel level) => level switch
    {
        LogLevel.Critical => '2',
        LogLevel.Error => '3',
        LogLevel.Warning => '4',
        LogLevel.Information => '6',
        _ => '7',
    };

    private static string WordOf(LogLevel level) => level switch
    {
        LogLevel.Critical => "CRIT",
        LogLevel.Error => "ERROR",
        LogLevel.Warning => "WARN",
        LogLevel.Information => "info",
        _ => "debug",
    };

    private sealed class LineLogger(LineLoggerProvider provider) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is not LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            provider.Write(logLevel, eventId, formatter(state, exception), exception);
    }
}
