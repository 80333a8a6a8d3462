using EdgeRunner.Device.Health;
using Microsoft.Extensions.Logging;

namespace EdgeRunner.Device.Tests.Health;

public class JournalLoggerProviderTests
{
    private readonly ManualTimeProvider _clock = new(new DateTimeOffset(2026, 11, 21, 10, 4, 5, TimeSpan.Zero));

    [Theory]
    [InlineData(LogLevel.Critical, "<2>")]
    [InlineData(LogLevel.Error, "<3>")]
    [InlineData(LogLevel.Warning, "<4>")]
    [InlineData(LogLevel.Information, "<6>")]
    [InlineData(LogLevel.Debug, "<7>")]
    [InlineData(LogLevel.Trace, "<7>")]
    public void Line_for_the_journal_begins_with_its_priority_and_ends_with_its_event_id(LogLevel level, string priority)
    {
        Assert.Equal($"{priority}text [E42]\n", Write(true, logger => Log(logger, level, 42, "text", null)));
    }

    [Fact]
    public void Line_for_a_person_has_time_and_word_and_an_exception_stays_on_it()
    {
        Assert.Equal("10:04:05.000 WARN  a b: c d [E7]\n", Write(false, logger => Log(logger, LogLevel.Warning, 7, "a\nb", new IOException("c\r\nd"))));
        Assert.Equal("10:04:05.000 info  no id\n", Write(false, logger => Log(logger, LogLevel.Information, 0, "no id", null)));
    }

    [Fact]
    public void Repeats_are_counted_and_summed_up_in_the_next_period()
    {
        var lines = Write(true, logger =>
        {
            for (var line = 0; line < 10; line++) Log(logger, LogLevel.Warning, 1, $"line {line}", null);
            Log(logger, LogLevel.Warning, 2, "another", null);
            _clock.Advance(TimeSpan.FromMinutes(1));
            Log(logger, LogLevel.Warning, 1, "later", null);
            Log(logger, LogLevel.Warning, 1, "last", null);
        }).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(
            ["<4>line 0 [E1]", "<4>line 1 [E1]", "<4>line 2 [E1]", "<4>another [E2]", "<4>later [E1] (7 like it were left out)", "<4>last [E1]"], lines);
    }

    [Fact]
    public void No_limit_lets_every_line_out()
    {
        var limiter = new RepeatLimiter(0, TimeSpan.FromMinutes(1), _clock);

        for (var line = 0; line < 1_000; line++)
        {
            Assert.True(limiter.Allow("c", 1, "", out var suppressed));
            Assert.Equal(0, suppressed);
        }
    }

    [Fact]
    public void One_noisy_event_silences_neither_another_category_nor_lines_without_an_id()
    {
        var limiter = new RepeatLimiter(1, TimeSpan.FromMinutes(1), _clock);

        Assert.Equal([true, false, true, true, true], new[] { ("a", 1), ("a", 1), ("b", 1), ("a", 0), ("a", 0) }.Select(line => limiter.Allow(line.Item1, line.Item2, "", out _)));
    }

    [Fact]
    public void Noisy_pipeline_does_not_silence_the_same_event_of_another()
    {
        var lines = Write(true, logger =>
        {
            using var directory = new TempDirectory();
            using var log = new StatusLog(directory.Path, 1 << 20, 0, _clock, new CollectedLog<StatusLog>());
            var board = new StateBoard(log, _clock, new Forward<StateBoard>(logger));
            for (var change = 0; change < 10; change++) board.Set("pipeline noisy", ComponentState.Failed, $"reason {change}");
            board.Set("pipeline quiet", ComponentState.Failed, "its own");
        }).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(4, lines.Length);
        Assert.Equal("<3>pipeline quiet: failed: its own [E6012]", lines[^1]);
    }

    private sealed class Forward<T>(ILogger inner) : ILogger<T>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            inner.Log(logLevel, eventId, state, exception, formatter);
    }

    private static void Log(ILogger logger, LogLevel level, int id, string text, Exception? exception) => logger.Log(level, new EventId(id), text, exception, (state, _) => state);

    private string Write(bool journald, Action<ILogger> write)
    {
        using var output = new StringWriter();
        using var provider = new JournalLoggerProvider(output, journald, repeatsPerMinute: 3, _clock);
        write(provider.CreateLogger("test"));
        return output.ToString();
    }
}
