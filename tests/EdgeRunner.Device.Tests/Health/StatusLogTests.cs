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
            log.Append("pipeline speech: running: model silero-vad 6.0.0");
            log.Append("a\nb\r\nc\rd\u2028e\u0085f");
        }

        Assert.Equal("2026-11-21T10:04:05Z pipeline speech: running: model silero-vad 6.0.0\n2026-11-21T10:04:05Z a b c d e f\n", File.ReadAllText(_directory.File("logs/status.log")));
    }

    [Fact]
    public void Two_files_together_never_pass_twice_the_bound_and_the_newest_lines_survive()
    {
        using var log = New(1_000);
        for (var line = 0; line < 500; line++)
        {
            log.Append($"line {line} {new string('x', line % 90)}");
            Assert.All(Directory.GetFiles(_directory.File("logs")), file => Assert.InRange(new FileInfo(file).Length, 1, 1_000));
        }

        Assert.Equal(2, Directory.GetFiles(_directory.File("logs")).Length);
        Assert.Contains("line 499 ", File.ReadAllText(log.FilePath), StringComparison.Ordinal);
    }

    [Fact]
    public void Reopened_log_goes_on_where_it_was()
    {
        using (var log = New(1_000)) log.Append("first");
        using (var log = New(1_000)) log.Append("second");

        Assert.Equal(2, File.ReadAllLines(_directory.File("logs/status.log")).Length);
    }

    [Fact]
    public void Log_that_cannot_be_written_is_given_up_with_one_line()
    {
        File.WriteAllText(_directory.File("logs"), "a file where the directory belongs");
        using var log = New(1_000);

        for (var line = 0; line < 5; line++) log.Append("text");

        Assert.Contains("cannot be written and is given up until the next start", Assert.Single(_journal.Lines), StringComparison.Ordinal);
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

    private StatusLog New(long maxBytes) => new(_directory.File("logs"), maxBytes, _clock, _journal);
}
