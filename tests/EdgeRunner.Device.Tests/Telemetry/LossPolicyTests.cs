using EdgeRunner.Device.Telemetry;

namespace EdgeRunner.Device.Tests.Telemetry;

public sealed class LossPolicyTests
{
    private static readonly TelemetryStreamOptions Overwriting = new() { MaxBytes = 64 << 10, QueueBytes = 1 << 20 };
    private static readonly TelemetryStreamOptions Rejecting = Overwriting with { WhenFull = WhenFull.RejectNew };

    private static void Fill(OutboxBench bench, string stream, int count, int sizeBytes = 1000)
    {
        for (var n = 0; n < count; n++)
        {
            Assert.True(bench.Put(stream, n, sizeBytes));
            bench.Commit();
        }
    }

    /// <summary>What a receiver can prove: the numbers missing are as many as the loss records with numbers say, and lie where they
    /// say.</summary>
    private static void AssertComplete(List<ReceivedRecord> received, long nextSeq)
    {
        var have = received.Select(r => r.Seq).ToHashSet();
        var missing = Enumerable.Range(1, (int)nextSeq - 1).Select(i => (long)i).Where(i => !have.Contains(i)).ToList();
        var losses = OutboxBench.Losses(received).Where(l => l.TryGetProperty("firstSeq", out _)).ToList();
        Assert.Equal(losses.Sum(l => l.GetProperty("records").GetInt64()), missing.Count);
        Assert.All(missing, m => Assert.Contains(losses, l =>
            l.GetProperty("firstSeq").GetInt64() <= m && m <= l.GetProperty("lastSeq").GetInt64()));
    }

    [Fact]
    public void Overwrite_oldest_keeps_the_newest_within_the_cap_and_records_what_went()
    {
        using var bench = new OutboxBench();
        bench.Queue("s", Overwriting);
        Fill(bench, "s", 200);
        var status = bench.Outbox.Status();
        Assert.InRange(status.Streams.Single(s => s.Name is "s").PendingBytes, 60 << 10, 64 << 10);
        var received = bench.Drain();
        received.AddRange(bench.Drain());
        var kept = received.Where(r => r.Stream is "s").Select(r => r.N).ToList();
        Assert.Equal(Enumerable.Range(200 - kept.Count, kept.Count), kept);
        Assert.Equal(200 - kept.Count, bench.Outbox.Status().Dropped["overwrite-oldest"]);
        AssertComplete(received, bench.Outbox.Status().NextSeq);
    }

    [Fact]
    public void Reject_new_keeps_the_oldest_and_the_rejected_never_get_a_number()
    {
        using var bench = new OutboxBench();
        bench.Queue("s", Rejecting);
        Fill(bench, "s", 100);
        var received = bench.Drain();
        var kept = received.Where(r => r.Stream is "s").Select(r => r.N).ToList();
        Assert.Equal(Enumerable.Range(0, kept.Count), kept);
        var losses = OutboxBench.Losses(received);
        Assert.All(losses, l => Assert.Equal("reject-new", l.GetProperty("policy").GetString()));
        Assert.Equal(100 - kept.Count, losses.Sum(l => l.GetProperty("records").GetInt64()));
        AssertComplete(received, bench.Outbox.Status().NextSeq);
    }

    [Fact]
    public void A_batch_in_flight_is_not_overwritten()
    {
        using var bench = new OutboxBench();
        bench.Queue("s", Overwriting);
        Fill(bench, "s", 10);
        var taken = bench.Take()!.Value;
        Fill(bench, "s", 200);
        bench.Outbox.PutBack(taken.Batch);
        Assert.Equal((1, 0), bench.Drain().Where(r => r.Stream is "s").Select(r => (r.Seq, r.N)).First());
    }

    [Fact]
    public void At_the_limit_of_the_store_the_lower_class_gives_way_and_the_higher_never_does()
    {
        using var bench = new OutboxBench(configure: o => o.MaxBytes = 1 << 20);
        bench.Queue("alarm", new TelemetryStreamOptions { Class = TelemetryClass.Alarm });
        bench.Queue("raw", new TelemetryStreamOptions { Class = TelemetryClass.Raw });
        Fill(bench, "alarm", 5, 100_000);
        Fill(bench, "raw", 20, 100_000);
        Fill(bench, "alarm", 3, 100_000);
        var status = bench.Outbox.Status();
        Assert.Equal(8, status.Streams.Single(s => s.Name is "alarm").PendingRecords);
        Assert.InRange(status.PendingBytes, 700_000, 1 << 20);
        Fill(bench, "alarm", 12, 80_000);
        var received = bench.Drain();
        Assert.DoesNotContain(received, r => r.Stream is "raw");
        AssertComplete(received, bench.Outbox.Status().NextSeq);
    }

    [Fact]
    public void When_only_streams_that_keep_theirs_are_left_new_records_are_refused_as_store_full()
    {
        using var bench = new OutboxBench(configure: o => o.MaxBytes = 1 << 20);
        bench.Queue("kept", new TelemetryStreamOptions { Class = TelemetryClass.Alarm, WhenFull = WhenFull.RejectNew });
        bench.Queue("metric");
        Fill(bench, "kept", 12, 100_000);
        Fill(bench, "metric", 3, 100_000);
        Assert.True(bench.Outbox.Status().Dropped["store-full"] >= 4);
        AssertComplete(bench.Drain(), bench.Outbox.Status().NextSeq);
    }

    [Fact]
    public void A_full_queue_becomes_a_loss_record_with_the_exact_count()
    {
        using var bench = new OutboxBench();
        bench.Queue("s", new TelemetryStreamOptions { QueueBytes = 4096 });
        var accepted = Enumerable.Range(0, 100).Count(n => bench.Put("s", n, 100));
        Assert.False(bench.Put("s", 100, 5000));
        bench.Commit();
        var received = bench.Drain();
        Assert.Equal(accepted, received.Count(r => r.Stream is "s"));
        Assert.Equal([("queue-full", 100L - accepted), ("too-large", 1L)], OutboxBench.Losses(received)
            .Select(l => (l.GetProperty("policy").GetString()!, l.GetProperty("records").GetInt64())).Order());
        Assert.Equal(100 - accepted, bench.Outbox.Status().Dropped["queue-full"]);
    }

    [Fact]
    public void Losses_are_added_up_durably_and_reported_once_an_interval_and_at_the_stop()
    {
        using var bench = new OutboxBench(configure: o => o.LossReportInterval = TimeSpan.FromSeconds(10));
        bench.Queue("s", Rejecting);
        Fill(bench, "s", 80);
        Assert.Single(OutboxBench.Losses(bench.Drain())); // the first at once
        Fill(bench, "s", 100);
        Assert.Empty(OutboxBench.Losses(bench.Drain()));
        bench.RestartAfterKill();
        bench.Commit();
        Assert.True(Assert.Single(OutboxBench.Losses(bench.Drain())).GetProperty("records").GetInt64() > 10);
        bench.Queue("s", Rejecting);
        Fill(bench, "s", 80);
        Assert.Equal(CommitResult.Committed, bench.Commit(isFinal: true));
        Assert.Single(OutboxBench.Losses(bench.Drain()));
    }

    [Fact]
    public void Below_the_free_disk_floor_the_store_does_not_grow_and_new_replaces_old()
    {
        using var bench = new OutboxBench(configure: o => o.FreeDiskFloorBytes = long.MaxValue);
        bench.Queue("s", new TelemetryStreamOptions { QueueBytes = 1 << 20 });
        Fill(bench, "s", 100, 50_000);
        Assert.InRange(bench.Outbox.Status().PendingBytes, 900_000, 1 << 20);
        Assert.Contains(99, bench.Drain().Where(r => r.Stream is "s").Select(r => r.N));
    }
}
