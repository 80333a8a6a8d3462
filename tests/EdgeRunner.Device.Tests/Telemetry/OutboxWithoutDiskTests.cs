using EdgeRunner.Device.Telemetry;

namespace EdgeRunner.Device.Tests.Telemetry;

/// <summary>Disks that are full, read-only, absent, or taken.</summary>
public sealed class OutboxWithoutDiskTests
{
    [Theory]
    [InlineData("/proc/edgerunner")]
    [InlineData("/dev/null/telemetry")]
    public void A_directory_that_cannot_be_written_leaves_an_outbox_in_memory_that_says_so(string directory)
    {
        using var bench = new OutboxBench(directory);
        bench.Put("s", 1);
        Assert.Equal(CommitResult.Committed, bench.Commit());
        var status = bench.Outbox.Status();
        Assert.Equal((OutboxMode.MemoryOnly, 1L, 8L << 20), (status.Mode, status.MemoryOnlyFallbacks, status.MaxBytes));
        Assert.NotNull(status.LastFailure);
        Assert.Equal(1, Assert.Single(bench.Drain()).N);
    }

    [Fact]
    public void What_was_lost_while_there_was_no_store_at_all_ends_in_loss_records()
    {
        using var bench = new OutboxBench();
        bench.Put("s", 1);
        bench.Commit();
        for (var n = 2; n <= 6; n++) bench.Put("s", n);
        bench.Put("s", 7, 10 << 20); // never fits

        Assert.Equal(CommitResult.Failed, bench.Outbox.DropWithoutStore()); // as a commit does that finds neither disk nor memory
        Assert.Equal(5, bench.Outbox.Status().Dropped["store-full"]);
        bench.Put("s", 8);
        Assert.Equal(CommitResult.Committed, bench.Commit());

        var received = bench.Drain();
        Assert.Equal([1, 8], received.Where(r => r.Stream is "s").Select(r => r.N));
        Assert.Equal([("store-full", 5L), ("too-large", 1L)], OutboxBench.Losses(received).Select(l => (l.GetProperty("policy").GetString()!, l.GetProperty("records").GetInt64())).Order());
        Assert.Equal((5, 1), (bench.Outbox.Status().Dropped["store-full"], bench.Outbox.Status().Dropped["too-large"])); // counted once
        Assert.False(bench.Outbox.HasWork(isFinal: true));
    }

    [Fact]
    public void What_a_full_queue_turns_away_counts_as_lost_before_any_commit_comes_through()
    {
        using var bench = new OutboxBench();
        bench.Put("s", 1);
        bench.Commit();
        var queue = bench.Intake.Open("s", new TelemetryStreamOptions { QueueBytes = 4096 });
        var refused = 0;
        for (var n = 0; n < 100; n++) refused += queue.TryEnqueue(OutboxBench.Record(n, 1000)) ? 0 : 1;

        Assert.True(refused > 0);
        Assert.Equal(refused, bench.Outbox.Status().Dropped["queue-full"]);
        bench.Commit();
        Assert.Equal(refused, bench.Outbox.Status().Dropped["queue-full"]); // counted once
    }

    [Fact]
    public void Memory_has_its_own_limit()
    {
        using var bench = new OutboxBench("/proc/edgerunner", o => o.MemoryOnlyMaxBytes = 64 << 10);
        for (var n = 0; n < 200; n++)
        {
            bench.Put("s", n, 1000);
            bench.Commit();
        }

        Assert.InRange(bench.Outbox.Status().PendingBytes, 32 << 10, 64 << 10);
        Assert.Contains(199, bench.Drain().Where(r => r.Stream is "s").Select(r => r.N));
    }

    [Fact]
    public void A_disk_that_comes_back_gets_what_was_kept_in_memory()
    {
        using var parent = new TempDirectory();
        File.WriteAllText(parent.File("telemetry"), "a file where the directory should be");
        using var bench = new OutboxBench(parent.File("telemetry"));
        bench.Put("s", 1);
        bench.Commit();
        var memoryEpoch = bench.Outbox.Status().Epoch;
        var inFlight = bench.Take()!.Value;
        File.Delete(parent.File("telemetry"));
        bench.Time.Advance(TimeSpan.FromSeconds(59));
        bench.Commit();
        Assert.Equal(OutboxMode.MemoryOnly, bench.Outbox.Status().Mode);
        bench.Time.Advance(TimeSpan.FromSeconds(1));
        bench.Put("s", 2);
        bench.Commit();
        Assert.Equal(OutboxMode.Durable, bench.Outbox.Status().Mode);
        bench.Outbox.Acknowledge(inFlight.Batch); // of a store that is no more: void, so it is sent again

        bench.RestartAfterKill();
        var received = bench.Drain();
        Assert.Equal([1, 2], received.Select(r => r.N).Order());
        Assert.Equal(memoryEpoch, received.Single(r => r.N == 1).Epoch);
        Assert.NotEqual(memoryEpoch, received.Single(r => r.N == 2).Epoch, StringComparer.Ordinal);
    }

    [Fact]
    public void A_store_in_use_by_another_process_is_left_alone()
    {
        using var first = new OutboxBench();
        first.Put("s", 1);
        first.Commit();
        using var second = new OutboxBench(first.Options.Directory);
        Assert.Equal(OutboxMode.MemoryOnly, second.Outbox.Status().Mode);
        Assert.False(Directory.Exists(Path.Combine(first.Options.Directory, "quarantine")));
        first.Put("s", 2);
        Assert.Equal(CommitResult.Committed, first.Commit());
        Assert.Equal([1, 2], first.Drain().Select(r => r.N));
    }

    [Fact]
    public void On_a_full_disk_records_wait_in_the_queue_and_are_accepted_when_there_is_room_again()
    {
        using var disk = SmallDisk.Mount(4 << 20);
        using var bench = new OutboxBench(disk.Path);
        bench.Queue("s", new TelemetryStreamOptions { QueueBytes = 64 << 10 });
        bench.Put("s", 0, 1000);
        bench.Commit();
        disk.FillUp();
        for (var n = 1; n <= 50; n++)
            Assert.True(bench.Put("s", n, 1000));
        Assert.Equal(CommitResult.Failed, bench.Commit());
        Assert.Equal(CommitResult.Failed, bench.Commit());
        var status = bench.Outbox.Status();
        Assert.Equal((OutboxMode.Durable, 2L, 1L), (status.Mode, status.CommitFailures, status.Accepted));
        Assert.Contains("full", status.LastFailure, StringComparison.OrdinalIgnoreCase);
        while (bench.Put("s", 51, 1000))
        {
            // Until the queue's own policy applies.
        }

        disk.FreeSpace();
        Assert.Equal(CommitResult.Committed, bench.Commit());
        Assert.Null(bench.Outbox.Status().LastFailure);
        var received = bench.Drain();
        Assert.Equal(Enumerable.Range(0, 52), received.Where(r => r.Stream is "s").Select(r => r.N).Distinct());
        Assert.Equal(received.Count, received.Select(r => r.Seq).Distinct().Count());
        Assert.Equal("queue-full", Assert.Single(OutboxBench.Losses(received)).GetProperty("policy").GetString());
    }

    [Fact]
    public void A_disk_that_turns_read_only_while_running_sends_the_outbox_into_memory_and_its_rows_wait_for_it()
    {
        using var disk = SmallDisk.Mount(4 << 20);
        using var bench = new OutboxBench(disk.Path);
        bench.Put("s", 1);
        bench.Commit();
        bench.Outbox.Dispose(); // the kernel refuses to remount while a file is open for writing
        disk.Remount(readOnly: true);
        bench.Put("s", 2);
        Assert.Equal(CommitResult.Committed, bench.Commit());
        Assert.Equal(OutboxMode.MemoryOnly, bench.Outbox.Status().Mode);
        Assert.Equal(2, Assert.Single(bench.Drain()).N);
        disk.Remount(readOnly: false);
        bench.Time.Advance(TimeSpan.FromMinutes(2));
        bench.Put("s", 3);
        bench.Commit();
        Assert.Equal(OutboxMode.Durable, bench.Outbox.Status().Mode);
        Assert.Equal([1, 3], bench.Drain().Select(r => r.N).Order());
    }
}
