using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Decisions;
using EdgeRunner.Device.Pipelines;
using EdgeRunner.Device.Sensors;
using EdgeRunner.Device.Telemetry;

namespace EdgeRunner.Device.Tests.Pipelines;

public sealed class PipelineTelemetryTests : IDisposable
{
    private readonly CommitSignal _signal = new();
    private readonly PipelineCounters _counters = new();
    private readonly RecordWriter _writer = new("p", ["on"], 0, "1.0.0");
    private readonly SegmentTracker _segments = new();

    public void Dispose()
    {
        _writer.Dispose();
        _signal.Dispose();
    }

    [Theory]
    [InlineData(nameof(RecordedWindows.All), 4)]
    [InlineData(nameof(RecordedWindows.Changes), 2)]
    public void Windows_are_recorded_as_configured_and_changes_are_always_events(string recorded, int windowRecords)
    {
        using TelemetryQueue windows = New(1 << 16), events = New(1 << 16);
        var telemetry = new PipelineTelemetry(windows, events, Options(ReplayPace.AsFastAsPossible, Enum.Parse<RecordedWindows>(recorded)), _counters);

        Offer(telemetry, Decision.None, changed: false);
        Offer(telemetry, 0, changed: true);
        Offer(telemetry, 0, changed: false);
        Offer(telemetry, Decision.None, changed: true);
        telemetry.Close(_writer, _segments, 99, default); // nothing is open

        Assert.Equal((windowRecords, 2), (Count(windows), Count(events)));
        Assert.Equal((windowRecords + 2, 0), (_counters.RecordsOffered, telemetry.Dropped));
        Offer(telemetry, 0, changed: true);
        telemetry.Close(_writer, _segments, 99, default);
        Assert.Equal(4, Count(events));
    }

    [Fact]
    public void No_windows_leaves_only_events()
    {
        using TelemetryQueue windows = New(1 << 16), events = New(1 << 16);
        var telemetry = new PipelineTelemetry(windows, events, Options(ReplayPace.AsFastAsPossible, RecordedWindows.None), _counters);

        Offer(telemetry, 0, changed: true);

        Assert.Equal((0, 1), (Count(windows), Count(events)));
    }

    [Fact]
    public void Live_source_drops_and_counts_what_finds_the_queue_full()
    {
        using TelemetryQueue windows = New(512), events = New(1 << 16);
        var telemetry = new PipelineTelemetry(windows, events, Options(ReplayPace.RealTime, RecordedWindows.All), _counters);

        for (var window = 0; window < 10; window++) Offer(telemetry, 0, changed: false);

        Assert.Equal(10, Count(windows) + telemetry.Dropped);
        Assert.True(telemetry.Dropped > 0);
    }

    [Fact]
    public void Recording_played_as_fast_as_possible_waits_for_room_and_a_record_that_a_stop_interrupts_is_counted()
    {
        using TelemetryQueue windows = New(512), events = New(1 << 16);
        var telemetry = new PipelineTelemetry(windows, events, Options(ReplayPace.AsFastAsPossible, RecordedWindows.All), _counters);
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));

        Assert.Throws<OperationCanceledException>(() =>
        {
            for (var window = 0; window < 1_000; window++) Offer(telemetry, 0, changed: false, stop.Token);
        });

        Assert.Equal(1, telemetry.Dropped); // The one that waited when the stop came: its window was consumed.
        Assert.Equal(_counters.RecordsOffered, Count(windows) + Count(events) + telemetry.Dropped);
    }

    private static PipelineOptions Options(ReplayPace pace, RecordedWindows recorded) => new()
    {
        Source = new ReplaySourceOptions { Pace = pace },
        Telemetry = new PipelineTelemetryOptions { Windows = recorded },
    };

    private static int Count(TelemetryQueue queue)
    {
        var count = 0;
        for (var cursor = queue.Head; queue.TryPeek(cursor, out var length); count++) queue.Read(ref cursor, new byte[length]);
        return count;
    }

    private TelemetryQueue New(int bytes) => new("s", bytes, _signal, eager: false);

    private void Offer(PipelineTelemetry telemetry, int label, bool changed, CancellationToken stop = default) =>
        telemetry.Offer(_writer, _segments, 1, 10, 20, new Decision(label, 0.5f, true, changed), 1_000, stop);
}
