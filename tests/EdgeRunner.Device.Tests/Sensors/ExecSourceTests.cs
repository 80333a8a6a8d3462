using System.Diagnostics;
using EdgeRunner.Device.Sensors;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeRunner.Device.Tests.Sensors;

public sealed class ExecSourceTests : IDisposable
{
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(20));

    public void Dispose() => _limit.Dispose();

    [Fact]
    public void Raw_samples_split_anywhere_arrive_whole()
    {
        using var source = Shell("printf 'a'; sleep 0.05; printf 'bcd'; sleep 0.05; printf 'efg'", o =>
            (o.Format, o.SampleType, o.Channels, o.Normalize, o.Restart.Policy) = (SampleFormat.Raw, SampleType.U16Le, 2, false, RestartPolicy.OnFailure));
        // "abcd" as two little-endian words; "efg" is a torn frame.
        Assert.Equal([(float)0x6261, 0x6463], ReadToEnd(source));
        Assert.Equal((SourceState.Ended, 1), (source.Status.State, source.Status.Frames));
    }

    [Fact]
    public void Csv_and_json_lines_are_read_and_the_header_is_that_of_the_program()
    {
        using var csv = Shell("printf 't,x\\n1,10\\n2,20'", o => (o.Columns, o.Restart.Policy) = (["x"], RestartPolicy.OnFailure));
        using var json = Shell("printf '{\"x\":1}\\n{\"x\":2}\\n'", o => (o.Format, o.Columns, o.Restart.Policy) = (SampleFormat.Ndjson, ["x"], RestartPolicy.OnFailure));
        Assert.Equal([10f, 20f], ReadToEnd(csv));
        Assert.Equal([1f, 2f], ReadToEnd(json));
    }

    [Fact]
    public void Program_that_dies_is_started_again_and_the_frames_after_it_are_a_gap()
    {
        using var source = Shell("echo 1; echo 2; echo broken pipe to sensor >&2; exit 3");
        List<(float Value, bool Gap)> seen = [];
        var buffer = new float[1];
        while (seen.Count < 6)
        {
            source.Read(buffer, _limit.Token);
            seen.Add((buffer[0], source.GapBefore));
        }

        Assert.Equal([(1f, false), (2f, false), (1f, true), (2f, false), (1f, true), (2f, false)], seen);
        Assert.Equal((2, 2), (source.Status.Restarts, source.Status.Gaps));
    }

    [Fact]
    public void Reason_has_exit_code_and_the_last_words_on_standard_error()
    {
        using var source = Shell("echo first >&2; echo cannot open device >&2; exit 3", o => o.Restart.Policy = RestartPolicy.Never);
        var e = Assert.Throws<SensorException>(() => source.Read(new float[1], _limit.Token));
        Assert.Equal("sh ended with exit code 3: cannot open device", e.Message);
        Assert.Equal((SourceState.Failed, e.Message), (source.Status.State, source.Status.Reason));
    }

    [Fact]
    public void Program_that_does_not_exist_is_tried_again_with_the_reason()
    {
        using var source = Source(["/nonexistent/arecord"]);
        using var cancel = new CancellationTokenSource(300);
        Assert.Throws<OperationCanceledException>(() => source.Read(new float[1], cancel.Token));
        Assert.Equal(SourceState.Waiting, source.Status.State);
        Assert.Contains("/nonexistent/arecord cannot be started", source.Status.Reason!, StringComparison.Ordinal);
        Assert.InRange(source.Status.Restarts, 2, 50);
    }

    [Fact]
    public void Program_that_never_prints_is_killed_and_started_again()
    {
        using var source = Shell("exec sleep 100", o => o.SilenceTimeoutMs = 150);
        using var cancel = new CancellationTokenSource(900);
        Assert.Throws<OperationCanceledException>(() => source.Read(new float[1], cancel.Token));
        Assert.True(source.Status.Restarts >= 1);
        Assert.Equal("sh has printed nothing for 150 ms", source.Status.Reason);
    }

    [Fact]
    public void Program_that_prints_rubbish_is_named_with_the_line_and_started_again()
    {
        using var source = Shell("while :; do echo no such card; done", o => (o.MaxBadLines, o.Header) = (20, CsvHeader.No));
        using var cancel = new CancellationTokenSource(700);
        Assert.Throws<OperationCanceledException>(() => source.Read(new float[1], cancel.Token));
        Assert.True(source.Status.BadLines >= 20);
        Assert.StartsWith("sh prints what cannot be read as csv: line ", source.Status.Reason, StringComparison.Ordinal);
        Assert.Contains("\"no such card\" is not a number", source.Status.Reason!, StringComparison.Ordinal);
    }

    [Fact]
    public void Endless_rubbish_without_a_line_feed_keeps_memory_bounded()
    {
        using var source = Shell("exec cat /dev/zero", o => (o.Header, o.SilenceTimeoutMs) = (CsvHeader.No, 150));
        using var cancel = new CancellationTokenSource(500);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<OperationCanceledException>(() => source.Read(new float[1], cancel.Token));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20); // starts allocate about 1 MB each (the process list); the gigabytes read do not
        Assert.Equal("sh has printed nothing that makes a frame for 150 ms", source.Status.Reason);
    }

    [Fact]
    public void Dispose_kills_the_whole_process_tree_and_leaves_no_zombie()
    {
        var marker = $"{Random.Shared.Next(100_000, 999_999)}.5";
        using var source = Shell($"sleep {marker} & sleep {marker} & echo 1; wait");
        source.Read(new float[1], _limit.Token);
        Assert.True(SpinWait.SpinUntil(() => Running(marker) == 2, 10_000)); // the shell goes on before they have become sleep
        source.Dispose();
        Assert.True(SpinWait.SpinUntil(() => Running(marker) == 0, 2_000));
        Assert.Empty(ZombieChildren());
    }

    [Fact]
    public async Task Cancellation_of_a_silent_program_is_prompt()
    {
        using var source = Shell("exec sleep 100");
        using var cancel = new CancellationTokenSource();
        var clock = new Stopwatch(); // from the cancellation: the start of a program takes a busy machine as long as it likes
        var cancelling = Task.Run(async () =>
        {
            await Task.Delay(50);
            clock.Start();
            await cancel.CancelAsync();
        });
        Assert.Throws<OperationCanceledException>(() => source.Read(new float[1], cancel.Token));
        Assert.True(clock.IsRunning);
        Assert.InRange(clock.ElapsedMilliseconds, 0, 700);
        await cancelling;
    }

    [Fact]
    public void Backlog_is_seen_and_skipped_to_the_newest()
    {
        using var source = Shell("i=0; while [ $i -lt 500 ]; do echo $i; i=$((i+1)); done; exec sleep 100");
        var buffer = new float[1];
        source.Read(buffer, _limit.Token);
        Assert.True(SpinWait.SpinUntil(() => source.CountAvailable() == 499, 5_000));
        Assert.Equal(490, source.Skip(490));
        source.Read(buffer, _limit.Token);
        Assert.Equal((491f, true), (buffer[0], source.GapBefore));
    }

    [Fact]
    public void Program_sees_its_own_variables_and_not_those_of_the_daemon()
    {
        Environment.SetEnvironmentVariable("EDGERUNNER__broker__username", "1");
        using var source = Shell("echo ${EDGERUNNER__broker__username:-7},$MINE", o => (o.Channels, o.Environment["MINE"], o.Restart.Policy) = (2, "42", RestartPolicy.OnFailure));
        Assert.Equal([7f, 42f], ReadToEnd(source));
    }

    [Fact]
    public void Reading_allocates_nothing()
    {
        using var source = Shell("while :; do echo 1.5; done");
        var buffer = new float[16];
        Assert.Equal(0, Allocations.Of(() =>
        {
            for (var i = 0; i < 300; i++)
                source.Read(buffer, _limit.Token);
        }));
    }

    [Fact]
    public void Waits_double_up_to_the_cap_and_vary()
    {
        var backoff = new RestartBackoff(new RestartOptions { InitialMs = 100, MaxMs = 1_000 }, new Random(1));
        double[] caps = [100, 200, 400, 800, 1_000, 1_000];
        foreach (var cap in caps)
            Assert.InRange(backoff.Next().TotalMilliseconds, cap / 2, cap);
        backoff.Reset();
        Assert.InRange(backoff.Next().TotalMilliseconds, 50, 100);
    }

    private float[] ReadToEnd(ExecSource source)
    {
        List<float> values = [];
        var buffer = new float[3 * source.Layout.Channels];
        while (source.Read(buffer, _limit.Token) is var count and > 0)
            values.AddRange(buffer.AsSpan(0, count * source.Layout.Channels));
        return [.. values];
    }

    private static ExecSource Shell(string script, Action<ExecSourceOptions>? configure = null) => Source(["sh", "-c", script], configure);

    private static ExecSource Source(List<string> command, Action<ExecSourceOptions>? configure = null)
    {
        var options = new ExecSourceOptions { Command = command, Format = SampleFormat.Csv, Restart = new RestartOptions { InitialMs = 20, MaxMs = 60 } };
        configure?.Invoke(options);
        var source = new ExecSource(options, TimeProvider.System, new Random(1), NullLogger<ExecSource>.Instance);
        source.Open();
        return source;
    }

    private static int Running(string marker) => Directory.EnumerateDirectories("/proc").Count(directory =>
    {
        try
        {
            return char.IsAsciiDigit(Path.GetFileName(directory)[0]) && string.Equals(File.ReadAllText(Path.Combine(directory, "cmdline")), $"sleep\0{marker}\0", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // gone in between
        }
    });

    private static List<string> ZombieChildren() => [.. Directory.EnumerateDirectories("/proc").Where(directory => char.IsAsciiDigit(Path.GetFileName(directory)[0]))
        .Select(directory =>
        {
            try
            {
                return File.ReadAllText(Path.Combine(directory, "stat"));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return "";
            }
        }).Where(stat => stat.Contains($") Z {Environment.ProcessId} ", StringComparison.Ordinal))];
}
