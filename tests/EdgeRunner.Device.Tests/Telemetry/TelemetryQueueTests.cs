using EdgeRunner.Device.Telemetry;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Device.Tests.Telemetry;

public sealed class TelemetryQueueTests : IDisposable
{
    private readonly CommitSignal _signal = new();

    public void Dispose() => _signal.Dispose();

    private TelemetryQueue NewQueue(int capacity = 4096, bool eager = false) => new("s", capacity, _signal, eager);

    private static List<byte[]> ReadAll(TelemetryQueue queue, bool release = true)
    {
        List<byte[]> records = [];
        var cursor = queue.Head;
        while (queue.TryPeek(cursor, out var length))
        {
            var record = new byte[length];
            queue.Read(ref cursor, record);
            records.Add(record);
        }

        if (release)
            queue.Release(cursor);
        return records;
    }

    [Fact]
    public void Any_sequence_of_acts_behaves_as_a_plain_queue_of_bounded_bytes()
    {
        // A positive number enqueues a record of that length; a negative one reads that many records; 0 reads all but frees nothing.
        Prop.ForAll(ArbMap.Default.ArbFor<int[]>(), acts =>
        {
            using var queue = NewQueue(64);
            Queue<byte[]> model = new();
            long used = 0, dropped = 0, tooLarge = 0;
            byte fill = 0;
            foreach (var act in acts)
            {
                if (act > 0)
                {
                    var record = Enumerable.Repeat(++fill, 1 + (act % 80)).ToArray();
                    var fits = used + 4 + record.Length <= 64;
                    Assert.Equal(fits, queue.TryEnqueue(record));
                    if (fits)
                    {
                        model.Enqueue(record);
                        used += 4 + record.Length;
                    }
                    else if (record.Length > 60)
                    {
                        tooLarge++;
                    }
                    else
                    {
                        dropped++;
                    }
                }
                else if (act == 0)
                {
                    Assert.Equal(model, ReadAll(queue, release: false));
                }
                else
                {
                    var cursor = queue.Head;
                    for (var i = 0; i < -(act % 4) && model.TryDequeue(out var expected); i++)
                    {
                        Assert.True(queue.TryPeek(cursor, out var length));
                        var record = new byte[length];
                        queue.Read(ref cursor, record);
                        Assert.Equal(expected, record);
                        used -= 4 + length;
                    }

                    queue.Release(cursor);
                }

                Assert.Equal((used, dropped, tooLarge), (queue.UsedBytes, queue.DroppedRecords, queue.TooLargeRecords));
            }

            return ReadAll(queue).SequenceEqual(model, ByteArrays.Instance);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithEndSize(200));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Enqueueing_allocates_nothing_whether_there_is_room_or_not(bool eager)
    {
        using var queue = NewQueue(4096, eager);
        var record = new byte[100];
        Assert.Equal(0, Allocations.Of(() => queue.TryEnqueue(record), calls: 100));
        Assert.True(queue.DroppedRecords > 0);
    }

    [Fact]
    public void Two_threads_move_every_record_in_order_through_a_small_ring()
    {
        const int Count = 200_000;
        using var queue = NewQueue(1 << 10);
        var producer = new Thread(() =>
        {
            Span<byte> record = stackalloc byte[64];
            for (var i = 0; i < Count; i++)
            {
                BitConverter.TryWriteBytes(record, i);
                queue.Enqueue(record[..(4 + (i % 60))], CancellationToken.None);
            }
        });
        producer.Start();
        var buffer = new byte[64];
        var cursor = queue.Head;
        for (var i = 0; i < Count;)
        {
            if (!queue.TryPeek(cursor, out var length))
            {
                Thread.Yield();
                continue;
            }

            Assert.Equal(4 + (i % 60), length);
            queue.Read(ref cursor, buffer.AsSpan(0, length));
            Assert.Equal(i, BitConverter.ToInt32(buffer));
            queue.Release(cursor);
            i++;
        }

        producer.Join();
        Assert.Equal((0, 0), (queue.DroppedRecords, queue.UsedBytes));
    }

    [Fact]
    public async Task A_blocked_producer_goes_on_when_room_is_freed()
    {
        using var queue = NewQueue(64);
        Assert.True(queue.TryEnqueue(new byte[50]));
        var blocked = Task.Run(() => queue.Enqueue(new byte[30], CancellationToken.None));
        await Task.Delay(50);
        Assert.False(blocked.IsCompleted);
        Assert.Single(ReadAll(queue));
        Assert.True(await blocked.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(0, queue.DroppedRecords);
    }

    [Fact]
    public async Task A_blocked_producer_ends_when_cancelled_and_when_the_queue_is_closed()
    {
        using var queue = NewQueue(64);
        queue.TryEnqueue(new byte[50]);
        using var cancellation = new CancellationTokenSource();
        var cancelled = Task.Run(() => queue.Enqueue(new byte[30], cancellation.Token));
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(0, queue.DroppedRecords);

        var closed = Task.Run(() => queue.Enqueue(new byte[30], CancellationToken.None));
        await Task.Delay(20);
        queue.Close();
        Assert.False(await closed.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(1, queue.DroppedRecords);
    }

    [Fact]
    public void A_record_that_can_never_fit_is_refused_at_once_even_by_the_waiting_variant()
    {
        using var queue = NewQueue(64);
        Assert.False(queue.Enqueue(new byte[61], CancellationToken.None));
        Assert.True(queue.Enqueue(new byte[60], CancellationToken.None));
        Assert.Equal((0, 1), (queue.DroppedRecords, queue.TooLargeRecords));
    }

    [Fact]
    public void An_empty_record_is_a_bug_of_the_caller()
    {
        using var queue = NewQueue();
        Assert.Throws<ArgumentException>(() => queue.TryEnqueue([]));
    }

    private sealed class ByteArrays : IEqualityComparer<byte[]>
    {
        internal static readonly ByteArrays Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj) => obj.Length;
    }
}
