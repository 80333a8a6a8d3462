using System.Globalization;
using System.Text;

namespace EdgeRunner.Device.Health;

/// <summary>Writes log lines to standard error: one line each, and under journald with the <c>&lt;N&gt;</c> priority that
/// <c>sd-daemon(3)</c> defines, so that <c>journalctl -p warning</c> works. On a terminal the priority is a word.</summary>
/// <remarks>The framework's console logger owns a thread and a queue that drops or blocks; this one writes directly, because the hot path never logs
/// and a line must be out before a crash. Repeats are limited per event id and, where the line names one, per component or pipeline.</remarks>
[ProviderAlias("Journal")]
internal sealed class JournalLoggerProvider(TextWriter output, bool journald, int repeatsPerMinute, TimeProvider timeProvider) : ILoggerProvider
{
    private readonly RepeatLimiter _limiter = new(repeatsPerMinute, TimeSpan.FromMinutes(1), timeProvider);
    private readonly Lock _gate = new();

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new JournalLogger(this, categoryName);

    /// <inheritdoc/>
    public void Dispose() => output.Flush();

    private void Write(LogLevel level, string category, EventId id, string component, string message, Exception? exception)
    {
        if (!_limiter.Allow(category, id.Id, component, out var suppressed)) return;
        var line = new StringBuilder(message.Length + 64);
        if (journald) line.Append('<').Append(PriorityOf(level)).Append('>');
        else line.Append(timeProvider.GetUtcNow().UtcDateTime.ToString("HH:mm:ss.fff ", CultureInfo.InvariantCulture)).Append(WordOf(level)).Append(' ');
        line.Append(message.ReplaceLineEndings(" "));
        if (exception is not null) line.Append(": ").Append(exception.Message.ReplaceLineEndings(" "));
        if (exception is not null && level == LogLevel.Critical) line.Append(" | ").Append(exception.ToString().ReplaceLineEndings(" | "));
        if (id.Id != 0) line.Append(CultureInfo.InvariantCulture, $" [E{id.Id}]");
        if (suppressed > 0) line.Append(CultureInfo.InvariantCulture, $" ({suppressed} like it were left out)");
        line.Append('\n');
        lock (_gate)
        {
            output.Write(line);
            output.Flush();
        }
    }

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
        LogLevel.Critical => "CRIT ",
        LogLevel.Error => "ERROR",
        LogLevel.Warning => "WARN ",
        LogLevel.Information => "info ",
        _ => "debug",
    };

    // Whom a line is about, for those that many components share: a value of the line's own, by its name in the template.
    private static string ComponentOf<TState>(TState state)
    {
        if (state is not IReadOnlyList<KeyValuePair<string, object?>> values) return "";
        foreach (var (name, value) in values)
        {
            if (name is "Component" or "Pipeline") return value as string ?? "";
        }

        return "";
    }

    private sealed class JournalLogger(JournalLoggerProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            provider.Write(logLevel, category, eventId, ComponentOf(state), formatter(state, exception), exception);
    }
}
