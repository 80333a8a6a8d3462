using System.Text.Json;
using EdgeRunner.Device.Telemetry;

namespace EdgeRunner.Device.Tests.Telemetry;

public sealed class TelemetryOutboxTests
{
    [Fact]
    public void Records_come_out_as_they_went_in_with_contiguous_numbers_across_streams()
    {
        using var bench = new OutboxBench();
        for (var i = 0; i < 10; i++)
        {
            bench.Put("speech", i);
            bench.Put("shuttle", i);
            if (i % 3 == 0)
                Assert.Equal(CommitResult.Committed, bench.Commit());
        }

        bench.Commit();
        var received = bench.Drain();
        Assert.Equal(Enumerable.Range(1, 20).Select(i => (long)i), received.Select(r => r.Seq).Order());
        Assert.Equal(Enumerable.Range(0, 10), received.Where(r => r.Stream is "speech").Select(r => r.N));
        Assert.Equal(Enumerable.Range(0, 10), received.Where(r => r.Stream is "shuttle").Select(r => r.N));
        Assert.Single(received.Select(r => r.Epoch).Distinct(StringComparer.Ordinal));
        Assert.Equal(CommitResult.Nothing, bench.Commit());
    }

    [Fact]
    public void The_envelope_is_the_documented_one()
    {
        using var bench = new OutboxBench();
        bench.Queue("speech").TryEnqueue("{\"t\":1,\"x\":\"ß\"}"u8);
        bench.Commit();
        using var document = JsonDocument.Parse(bench.Take()!.Value.Payload);
        var root = document.RootElement;
        Assert.Equal("v device epoch boot stream first last clock records", string.Join(" ", root.EnumerateObject().Select(p => p.Name)));
        Assert.Equal(1, root.GetProperty("v").GetInt32());
        Assert.Equal("demo-1", root.GetProperty("device").GetString());
        Assert.Matches("^[0-9a-f]{16}$", root.GetProperty("epoch").GetString());
        Assert.Equal(bench.Clock.BootId, root.GetProperty("boot").GetString());
        Assert.True(root.GetProperty("clock").GetProperty("synchronized").GetBoolean());
        Assert.Equal("2026-01-01T00:00:00Z", root.GetProperty("clock").GetProperty("utc").GetString());
        Assert.Equal(bench.Time.GetTimestamp() * 100, root.GetProperty("clock").GetProperty("boottimeNs").GetInt64());
        Assert.Equal("ß", root.GetProperty("records")[0].GetProperty("x").GetString());
    }

    [Fact]
    public void Batches_hold_at_most_64_KiB_and_a_larger_record_goes_alone()
    {
        using var bench = new OutboxBench();
        bench.Queue("big", new TelemetryStreamOptions { QueueBytes = 1 << 20 });
        for (var i = 0; i < 100; i++)
            bench.Put("big", i, sizeBytes: 1500);
        bench.Put("big", 100, sizeBytes: 200_000);
        bench.Put("big", 101, sizeBytes: 10);
        bench.Commit();
        List<int> seen = [];
        while (bench.Take() is { } taken)
        {
            var records = ReceivedRecord.Unpack(taken.Payload);
            seen.AddRange(records.Select(r => r.N));
            if (taken.Batch.Row.SizeBytes > OutboxSchema.MaxBatchBytes)
                Assert.Equal(100, Assert.Single(records).N);
        }

        Assert.Equal(Enumerable.Range(0, 102), seen);
    }

    [Fact]
    public void A_row_leaves_only_when_it_was_acknowledged_and_committed()
    {
        using var bench = new OutboxBench();
        bench.Put("s", 1);
        bench.Commit();
        var taken = bench.Take()!.Value;
        Assert.Null(bench.Take());
        bench.Outbox.PutBack(taken.Batch);
        var again = bench.Take()!.Value;
        Assert.Equal(taken.Batch, again.Batch);
        bench.Outbox.Acknowledge(again.Batch);
        Assert.Null(bench.Take());

        bench.RestartAfterKill(); // before the deletion was committed: it is sent once more
        Assert.Single(bench.Drain());
        bench.RestartAfterKill();
        Assert.Empty(bench.Drain());
        Assert.Equal(0, bench.Outbox.Status().PendingRecords);
    }

    [Fact]
    public void Epoch_and_numbers_go_on_after_a_clean_restart_and_after_a_kill()
    {
        using var bench = new OutboxBench();
        bench.Put("s", 1);
        bench.Commit();
        var epoch = bench.Outbox.Status().Epoch;
        bench.Restart();
        bench.Put("s", 2);
        bench.Commit();
        bench.RestartAfterKill();
        bench.Put("s", 3);
        bench.Commit();
        Assert.Equal([(epoch!, 1L, 1), (epoch!, 2L, 2), (epoch!, 3L, 3)], bench.Drain().OrderBy(r => r.Seq).Select(r => (r.Epoch, r.Seq, r.N)));
    }

    [Fact]
    public void Records_of_an_earlier_boot_carry_that_boots_best_anchor()
    {
        using var bench = new OutboxBench();
        bench.Clock.IsSynchronized = false;
        bench.Put("s", 1);
        bench.Commit();
        bench.Time.Advance(TimeSpan.FromHours(1));
        bench.Clock.IsSynchronized = true;
        var synchronizedAt = bench.Clock.Read();
        bench.Put("s", 2);
        bench.Commit();
        bench.Restart();
        bench.Clock.BootId = "22222222-2222-4222-8222-222222222222";
        bench.Time.Advance(TimeSpan.FromHours(1));

        using var document = JsonDocument.Parse(bench.Take()!.Value.Payload);
        var clock = document.RootElement.GetProperty("clock");
        Assert.Equal("11111111-1111-4111-8111-111111111111", document.RootElement.GetProperty("boot").GetString());
        Assert.True(clock.GetProperty("synchronized").GetBoolean());
        Assert.Equal(synchronizedAt.Utc, clock.GetProperty("utc").GetDateTimeOffset());
        Assert.Equal(synchronizedAt.BoottimeNanoseconds, clock.GetProperty("boottimeNs").GetInt64());
    }

    [Fact]
    public void Live_goes_before_backlog_alarms_before_metrics_and_old_before_new()
    {
        using var bench = new OutboxBench();
        bench.Queue("metric");
        bench.Queue("alarm", new TelemetryStreamOptions { Class = TelemetryClass.Alarm });
        foreach (var n in new[] { 1, 2 })
        {
            bench.Put("metric", n);
            bench.Put("alarm", n);
            bench.Commit();
        }

        bench.Outbox.BeginLive();
        foreach (var n in new[] { 3, 4 })
        {
            bench.Put("metric", n);
            bench.Put("alarm", n);
            bench.Commit();
        }

        Assert.Equal(["alarm3", "alarm4", "metric3", "metric4"], Order(allowBacklog: false));
        Assert.Equal(["alarm1", "alarm2", "metric1", "metric2"], Order(allowBacklog: true));

        List<string> Order(bool allowBacklog)
        {
            List<string> order = [];
            while (bench.Take(allowBacklog) is { } taken)
            {
                Assert.Equal(allowBacklog, taken.IsBacklog);
                order.AddRange(ReceivedRecord.Unpack(taken.Payload).Select(r => r.Stream + r.N));
            }

            return order;
        }
    }

    [Fact]
    public void A_batch_put_back_is_taken_again_before_later_ones_also_across_the_border_of_live()
    {
        using var bench = new OutboxBench();
        for (var n = 1; n <= 4; n++)
        {
            bench.Put("s", n);
            bench.Commit();
        }

        bench.Outbox.BeginLive();
        var first = bench.Take()!.Value;
        var second = bench.Take()!.Value;
        bench.Outbox.PutBack(second.Batch);
        bench.Outbox.PutBack(first.Batch);
        bench.Outbox.BeginLive();
        Assert.Equal([1, 2, 3, 4], bench.Drain().Select(r => r.N));
    }

    [Fact]
    public void The_status_counts_what_happened()
    {
        using var bench = new OutboxBench();
        for (var n = 0; n < 5; n++)
            bench.Put("s", n, 100);
        bench.Commit();
        var status = bench.Outbox.Status();
        Assert.Equal((OutboxMode.Durable, 5, 5, 0, 6), (status.Mode, status.Accepted, status.PendingRecords, status.Uploaded, status.NextSeq));
        Assert.Equal(504, status.AcceptedBytes);
        bench.Put("s", 6, 100);
        Assert.Equal(104, Assert.Single(bench.Outbox.Status().Streams).QueuedBytes);
        bench.Commit();
        bench.Drain();
        status = bench.Outbox.Status();
        Assert.Equal((6, 0, 0, 0), (status.Uploaded, status.PendingRecords, status.PendingBytes, status.Dropped.Count));
    }
}
