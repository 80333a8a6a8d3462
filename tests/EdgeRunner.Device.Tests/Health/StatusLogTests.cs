using EdgeRunner.Device.Health;

namespace EdgeRunner.Device.Tests.Health;

public sealed class StatusLogTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly ManualTimeProvider _clock = new(new DateTimeOffset(2026, 11, 21, 10, 4, 5, TimeSpan.Zero));
    private readonly CollectedLog<StatusLog> _journal = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Line_has_the_time_and_stays_one_line_whatever_is_in_it()
    {
        using (var log = New(1 << 20))
        {
            log.Append("c", "pipeline speech: running: model silero-vad 6.0.0");
            log.Append("c", "a\nb\r\nc\rd\u2028e\u0085f");
        }

        Assert.Equal("2026-11-21T10:04:05Z pipeline speech: running: model silero-vad 6.0.0\n2026-11-21T10:04:05Z a b c d e f\n", File.ReadAllText(_directory.File("logs/status.log")));
    }

    [Fact]
    public void Two_files_together_never_pass_twice_the_bound_and_the_newest_lines_survive()
    {
        using var log = New(1_000);
        for (var line = 0; line < 500; line++)
        {
            log.Append("c", $"line {line} {new string('x', line % 90)}");
            Assert.All(Directory.GetFiles(_directory.File("logs")), file => Assert.InRange(new FileInfo(file).Length, 1, 1_000));
        }

        Assert.Equal(2, Directory.GetFiles(_directory.File("logs")).Length);
        Assert.Contains("line 499 ", File.ReadAllText(log.FilePath), StringComparison.Ordinal);
    }

    [Fact]
    public void Reopened_log_goes_on_where_it_was()
    {
        using (var log = New(1_000)) log.Append("c", "first");
        using (var log = New(1_000)) log.Append("c", "second");

        Assert.Equal(2, File.ReadAllLines(_directory.File("logs/status.log")).Length);
    }

    [Fact]
    public void Log_that_cannot_be_written_is_given_up_with_one_line()
    {
        File.WriteAllText(_directory.File("logs"), "a file where the directory belongs");
        using var log = New(1_000);

        for (var line = 0; line < 5; line++) log.Append("c", "text");

        Assert.Contains("cannot be written and is given up until the next start", Assert.Single(_journal.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Noisy_component_is_cut_short_and_summed_up_with_its_last_state_and_others_are_not_touched()
    {
        using var log = New(1 << 20, linesPerMinute: 2);
        for (var change = 0; change < 10; change++) log.Append("pipeline a", $"pipeline a: {(change % 2 == 0 ? "failed" : "running")}");
        log.Append("pipeline b", "pipeline b: failed");
        Assert.Equal(["pipeline a: failed", "pipeline a: running", "pipeline b: failed"], Lines(log));

        _clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("pipeline a: 8 more, the last: running", Lines(log)[^1]);
        _clock.Advance(TimeSpan.FromMinutes(2));
        log.Append("pipeline a", "pipeline a: ended");
        Assert.Equal("pipeline a: ended", Lines(log)[^1]);
        Assert.Equal(5, Lines(log).Count);
    }

    [Fact]
    public void Outcome_is_never_left_out()
    {
        using var log = New(1 << 20, linesPerMinute: 1);
        foreach (var phase in (string[])["downloading", "verified", "staged"]) log.Append("update vision", $"update vision: {phase}");
        log.Append("update vision", "update vision: rejected", isOutcome: true);
        log.Append("update vision", "update vision: committed", isOutcome: true);

        Assert.Equal(["update vision: downloading", "update vision: rejected", "update vision: committed"], Lines(log));
    }

    [Fact]
    public void What_was_left_out_is_summed_up_when_the_daemon_stops()
    {
        using (var log = New(1 << 20, linesPerMinute: 1))
        {
            log.Append("broker", "broker: degraded: one");
            log.Append("broker", "broker: running");
            Assert.Single(Lines(log));
        }

        Assert.EndsWith(" broker: 1 more, the last: running", File.ReadAllLines(_directory.File("logs/status.log"))[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Repeated_state_is_silent_and_a_change_is_logged_written_and_announced_once()
    {
        using var log = New(1 << 20);
        var journal = new CollectedLog<StateBoard>();
        var board = new StateBoard(log, _clock, journal);
        var announced = 0;
        board.Changed += (_, _) => announced++;

        board.Set("broker", ComponentState.Degraded, "not connected");
        _clock.Advance(TimeSpan.FromSeconds(5));
        board.Set("broker", ComponentState.Degraded, "not connected");
        Assert.Equal((1, 1), (announced, journal.Lines.Count));
        Assert.Equal(new DateTimeOffset(2026, 11, 21, 10, 4, 5, TimeSpan.Zero), board.Find("broker")!.Since);
        board.Set("broker", ComponentState.Degraded, "refused");
        board.Set("broker", ComponentState.Running);
        board.Set("a", ComponentState.Failed, "x");

        Assert.Equal((4, 4, 4), (announced, journal.Lines.Count, File.ReadAllLines(log.FilePath).Length));
        Assert.EndsWith("Z broker: running", File.ReadAllLines(log.FilePath)[2], StringComparison.Ordinal);
        Assert.Equal(["a", "broker"], board.Snapshot().Select(entry => entry.Component));
        Assert.Null(board.Find("nobody"));
    }

    private static List<string> Lines(StatusLog log) => [.. File.ReadAllLines(log.FilePath).Select(line => line[21..])];

    private StatusLog New(long maxBytes, int linesPerMinute = 0) => new(_directory.File("logs"), maxBytes, linesPerMinute, _clock, _journal);
}
