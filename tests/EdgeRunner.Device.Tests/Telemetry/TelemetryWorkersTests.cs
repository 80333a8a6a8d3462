using System.Diagnostics.CodeAnalysis;
using EdgeRunner.Device.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace EdgeRunner.Device.Tests.Telemetry;

[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "xunit calls DisposeAsync of IAsyncLifetime.")]
public sealed class TelemetryWorkersTests : IAsyncLifetime
{
    private readonly TempDirectory _directory = new();
    private readonly FlakyUplink _uplink = new();
    private readonly ManualTimeProvider _time = new();
    private TelemetryOptions _options = null!;
    private TelemetryIntake? _intake;
    private TelemetryOutbox? _outbox;
    private TelemetryCommitter? _committer;
    private TelemetryUploader? _uploader;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await StopAsync();
        _intake?.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Nothing_is_committed_before_the_interval_and_everything_after_it()
    {
        await StartAsync();
        var queue = _intake!.Open("s");
        queue.TryEnqueue(OutboxBench.Record(1));
        await Task.Delay(50);
        Assert.Equal(0, _outbox!.Status().Accepted);
        await UntilAsync(() => _outbox.Status().Accepted == 1 && _outbox.Status().Uploaded == 1 && _outbox.Status().PendingRecords == 0);
        Assert.Equal([1], _uplink.DistinctNumbers("s"));
    }

    [Fact]
    public async Task A_half_full_queue_is_committed_at_once()
    {
        await StartAsync();
        var queue = _intake!.Open("s", new TelemetryStreamOptions { QueueBytes = 4096 });
        queue.TryEnqueue(OutboxBench.Record(1, 1000));
        queue.TryEnqueue(OutboxBench.Record(2, 1100));
        await WaitAsync(() => _outbox!.Status().Accepted == 2); // the clock stands still
    }

    [Fact]
    public async Task With_interval_zero_a_record_is_committed_as_soon_as_it_is_there()
    {
        await StartAsync(o => o.CommitInterval = TimeSpan.Zero);
        var queue = _intake!.Open("s");
        for (var n = 1; n <= 50; n++)
        {
            queue.TryEnqueue(OutboxBench.Record(n));
            await WaitAsync(() => _outbox!.Status().Accepted == n);
        }
    }

    [Fact]
    public async Task A_stop_commits_what_is_in_the_queues_within_a_second()
    {
        await StartAsync(o => o.CommitInterval = TimeSpan.FromMinutes(1));
        _uplink.IsConnected = false;
        var queue = _intake!.Open("s", new TelemetryStreamOptions { QueueBytes = 1 << 20 });
        for (var n = 0; n < 1000; n++)
            queue.TryEnqueue(OutboxBench.Record(n, 400));
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        await StopAsync();
        Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(1));

        using var bench = new OutboxBench(_directory.Path);
        Assert.Equal(Enumerable.Range(0, 1000), bench.Drain().Select(r => r.N));
    }

    [Fact]
    public async Task A_stop_during_a_publish_that_never_ends_gives_it_up_and_loses_nothing()
    {
        _uplink.OnPublish = (_, token) => Task.Delay(Timeout.Infinite, token);
        await StartAsync();
        _intake!.Open("s").TryEnqueue(OutboxBench.Record(1));
        await UntilAsync(() => _uplink.Publishes > 0);
        await StopAsync().WaitAsync(TimeSpan.FromSeconds(5));

        using var bench = new OutboxBench(_directory.Path);
        Assert.Equal(1, Assert.Single(bench.Drain()).N);
    }

    [Fact]
    public async Task An_uplink_that_fails_at_any_moment_still_gets_every_record_once_repeats_are_dropped()
    {
        var random = new Random(3);
        _uplink.OnPublish = async (_, _) =>
        {
            await Task.Yield();
            lock (random)
            {
                if (random.Next(4) == 0)
                    throw new UplinkUnavailableException("lost before");
                if (random.Next(40) == 0)
                    throw new InvalidOperationException("a bug in the uplink");
            }
        };
        _uplink.OnAcknowledge = () =>
        {
            lock (random)
                return random.Next(4) == 0 ? throw new UplinkUnavailableException("lost after") : Task.CompletedTask;
        };
        await StartAsync();
        var queue = _intake!.Open("s", new TelemetryStreamOptions { QueueBytes = 1 << 20 });
        for (var n = 0; n < 300; n++)
        {
            Assert.True(queue.TryEnqueue(OutboxBench.Record(n)));
            if (n % 3 == 0)
                _time.Advance(TimeSpan.FromMilliseconds(250));
            if (n % 50 == 0)
                _uplink.IsConnected = !_uplink.IsConnected;
            await Task.Delay(1);
        }

        _uplink.IsConnected = true;
        await UntilAsync(() => _outbox!.Status() is { PendingRecords: 0, Accepted: 300 });
        Assert.Equal(Enumerable.Range(0, 300), _uplink.DistinctNumbers("s"));
    }

    [Fact]
    public async Task Several_publishes_are_on_the_way_at_once_but_no_more_than_the_window()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _uplink.OnPublish = (_, _) => gate.Task;
        await StartAsync(o => o.MaxInflight = 4);
        var queue = _intake!.Open("s");
        for (var n = 0; n < 10; n++)
        {
            queue.TryEnqueue(OutboxBench.Record(n));
            await UntilAsync(() => _outbox!.Status().Accepted == n + 1);
        }

        await UntilAsync(() => _uplink.MostInFlight == 4);
        gate.SetResult();
        await UntilAsync(() => _outbox!.Status().PendingRecords == 0);
        Assert.Equal(4, _uplink.MostInFlight);
    }

    [Fact]
    public async Task The_backlog_goes_out_at_its_rate_and_live_records_do_not_wait_for_it()
    {
        using (var bench = new OutboxBench(_directory.Path))
        {
            bench.Queue("s", new TelemetryStreamOptions { QueueBytes = 1 << 20 });
            for (var n = 0; n < 50; n++)
            {
                bench.Put("s", n, 10_000);
                bench.Commit();
            }
        }

        await StartAsync(o => o.BacklogBytesPerSecond = 50_000);
        await WaitAsync(() => _uplink.Publishes >= 5); // one second's worth at once
        await Task.Delay(50);
        var atOnce = _uplink.Publishes;
        Assert.InRange(atOnce, 5, 6);
        _intake!.Open("live").TryEnqueue(OutboxBench.Record(7));
        var before = _time.GetUtcNow();
        await UntilAsync(() => _uplink.DistinctNumbers("live").Count == 1);
        Assert.True(_time.GetUtcNow() - before < TimeSpan.FromSeconds(2));
        await UntilAsync(() => _uplink.DistinctNumbers("s").Count == 50);
        Assert.InRange((_time.GetUtcNow() - before).TotalSeconds, 8, 20); // 44 × 10 KB at 50 KB/s
    }

    [Fact]
    public async Task A_batch_the_broker_refuses_does_not_hold_up_the_others_and_is_tried_again_later()
    {
        var isForbidden = true;
        _uplink.OnPublish = (stream, _) => isForbidden && stream is "forbidden" ? throw new UplinkRefusedException("not authorised") : Task.CompletedTask;
        await StartAsync();
        _intake!.Open("forbidden", new TelemetryStreamOptions { Class = TelemetryClass.Alarm }).TryEnqueue(OutboxBench.Record(1));
        _intake.Open("s").TryEnqueue(OutboxBench.Record(2));
        await UntilAsync(() => _uplink.DistinctNumbers("s").Count == 1 && _outbox!.Status().RefusedBatches == 1);
        Assert.Equal("not authorised", _outbox!.Status().LastRefusal); // The other stream gets through and does not hide it.
        isForbidden = false;
        await UntilAsync(() => _uplink.DistinctNumbers("forbidden").Count == 1);
        await UntilAsync(() => _outbox!.Status().LastRefusal is null);
        Assert.True(_outbox!.Status().RefusedBatches == 1);
    }

    [Fact]
    public async Task A_blocked_producer_goes_on_with_each_commit()
    {
        await StartAsync();
        var queue = _intake!.Open("s", new TelemetryStreamOptions { QueueBytes = 4096 });
        var producer = Task.Run(() =>
        {
            for (var n = 0; n < 500; n++)
                Assert.True(queue.Enqueue(OutboxBench.Record(n, 200), CancellationToken.None));
        });
        await UntilAsync(() => producer.IsCompleted && _uplink.DistinctNumbers("s").Count == 500);
        await producer;
        Assert.Equal(Enumerable.Range(0, 500), _uplink.DistinctNumbers("s"));
    }

    [Fact]
    public async Task A_disk_that_fails_is_tried_again_with_growing_pauses_and_nothing_is_lost_before_the_queue_is_full()
    {
        using var disk = SmallDisk.Mount(4 << 20);
        await StartAsync(o => o.Directory = disk.Path);
        var queue = _intake!.Open("s");
        queue.TryEnqueue(OutboxBench.Record(0));
        await UntilAsync(() => _outbox!.Status().PendingRecords == 0 && _outbox.Status().Accepted == 1);
        disk.FillUp();
        for (var n = 1; n < 100; n++)
            Assert.True(queue.TryEnqueue(OutboxBench.Record(n, 1000)));
        await UntilAsync(() => _outbox!.Status().CommitFailures >= 4);
        var failedFor = _time.GetUtcNow();
        await UntilAsync(() => _outbox!.Status().CommitFailures >= 6);
        Assert.True(_time.GetUtcNow() - failedFor >= TimeSpan.FromSeconds(4));
        disk.FreeSpace();
        await UntilAsync(() => _uplink.DistinctNumbers("s").Count == 100);
    }

    [Fact]
    public async Task The_host_starts_and_stops_it_all_from_one_registration()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<ITelemetryUplink>(_uplink);
        builder.Services.AddTelemetry(new TelemetryOptions
        {
            Directory = _directory.Path, DeviceId = "demo-1", FreeDiskFloorBytes = 0, CommitInterval = TimeSpan.FromMilliseconds(20),
        });
        using var host = builder.Build();
        await host.StartAsync();
        host.Services.GetRequiredService<TelemetryIntake>().Open("s").TryEnqueue(OutboxBench.Record(1));
        await WaitAsync(() => host.Services.GetRequiredService<TelemetryOutbox>().Status() is { Uploaded: 1, PendingRecords: 0 });
        await host.StopAsync();
        Assert.Equal([1], _uplink.DistinctNumbers("s"));
    }

    [Fact]
    public void Options_out_of_range_are_refused_with_the_number_and_the_range()
    {
        var error = Assert.Throws<OptionsValidationException>(() => new ServiceCollection().AddTelemetry(new TelemetryOptions
        {
            DeviceId = "", MaxBytes = 5, MaxInflight = 0, Streams = { ["No Name"] = new() { QueueBytes = 1, MaxBytes = 3 } },
        }));
        Assert.Contains("telemetry.maxBytes is 5; accepted is 1048576 to 1099511627776", error.Message, StringComparison.Ordinal);
        Assert.Equal(6, error.Failures.Count());
        Assert.Throws<ArgumentException>(() => new TelemetryIntake(new TelemetryOptions()).Open("losses"));
    }

    private async Task StartAsync(Action<TelemetryOptions>? configure = null)
    {
        _options = new TelemetryOptions { Directory = _directory.Path, DeviceId = "demo-1", FreeDiskFloorBytes = 0 };
        configure?.Invoke(_options);
        _intake = new TelemetryIntake(_options);
        _outbox = new TelemetryOutbox(_options, _intake, new FakeClock(_time), _time, NullLogger<TelemetryOutbox>.Instance);
        _committer = new TelemetryCommitter(_outbox, _intake, _options, _time, NullLogger<TelemetryCommitter>.Instance);
        _uploader = new TelemetryUploader(_outbox, _uplink, _options, _time, NullLogger<TelemetryUploader>.Instance);
        await _committer.StartAsync(default);
        await WaitAsync(() => _outbox.Status().Mode != OutboxMode.Opening);
        await _uploader.StartAsync(default);
    }

    private async Task StopAsync()
    {
        if (_uploader is not null)
            await _uploader.StopAsync(default);
        if (_committer is not null)
            await _committer.StopAsync(default);
        _uploader?.Dispose();
        _committer?.Dispose();
        (_uploader, _committer) = (null, null);
    }

    /// <summary>Lets the manual clock run until the condition holds.</summary>
    private Task UntilAsync(Func<bool> condition) => WaitAsync(condition, () => _time.Advance(TimeSpan.FromMilliseconds(50)));

    private static async Task WaitAsync(Func<bool> condition, Action? step = null)
    {
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(30), "did not happen within 30 s");
            step?.Invoke();
            await Task.Delay(1);
        }
    }
}
