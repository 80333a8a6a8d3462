using EdgeRunner.Device.Updates.Transports.Mqtt;
using EdgeRunner.Inference.Chunks;
using EdgeRunner.Messaging.Transfer;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Device.Tests.Updates.Transports.Mqtt;

public sealed class ChunkPlanTests
{
    private static readonly MqttTransportTimes Times = new();

    private static ChunkIndex Index(int chunks, int bytes) => ChunkIndex.Create("models/a/1.ermodel", new byte[32], [.. Enumerable.Range(0, chunks).Select(_ => (bytes, new byte[32]))]);

    private static ChunkIndex Index(IEnumerable<int> lengths) => ChunkIndex.Create("models/a/1.ermodel", new byte[32], [.. lengths.Select(length => (length, new byte[32]))]);

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    /// <summary>A link that loses, delays, repeats and shuffles, in time that is only counted.</summary>
    [Fact]
    public void Any_link_that_brings_anything_at_all_brings_the_whole_file_within_the_window()
        => Prop.ForAll(Gen.Choose(1, ChunkIndex.MaxChunkBytes).NonEmptyListOf().ToArbitrary(), ArbMap.Default.ArbFor<int>(), Gen.Choose(0, 70).ToArbitrary(), (lengths, seed, lossPercent) =>
        {
            var random = new Random(seed);
            var index = Index(lengths);
            var missing = new HashSet<int>(Enumerable.Range(0, index.Count));
            var window = new ChunkWindow(1 << 20);
            var plan = new ChunkPlan(index, missing.Contains, window, Times);
            var link = new PriorityQueue<int, TimeSpan>();
            var now = TimeSpan.Zero;
            while (missing.Count > 0)
            {
                plan.GiveUpLate(now);
                while (plan.TryNext(now) is { } request)
                {
                    if (plan.BytesOnTheWay > Math.Max(window.Bytes, ChunkIndex.MaxChunkBytes) || plan.CountOnTheWay > ChunkPlan.MaxOnTheWay) return false;
                    if (request.Numbers.Any(number => !missing.Contains(number))) return false;
                    foreach (var number in request.Numbers)
                    {
                        if (random.Next(100) >= lossPercent) link.Enqueue(number, now + At(random.NextDouble()));
                        if (random.Next(100) < 5) link.Enqueue(number, now + At(random.NextDouble() * 5));
                    }
                }

                if (plan.NextDeadline is not { } deadline) return false; // something is missing and nothing is on the way
                if (link.TryPeek(out var arrived, out var at) && at <= deadline)
                {
                    link.Dequeue();
                    now = at > now ? at : now;
                    if (random.Next(100) < 2) plan.OnWrong(arrived);
                    else if (missing.Remove(arrived) || plan.IsOnTheWay(arrived)) plan.OnArrived(arrived, now);
                }
                else
                {
                    now = deadline > now ? deadline : now;
                }
            }

            return plan is { BytesOnTheWay: 0, CountOnTheWay: 0, Requests: 0 } && now < TimeSpan.FromHours(1);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Requests_fit_their_message_and_say_what_was_planned()
        => Prop.ForAll(ArbMap.Default.ArbFor<int>(), Gen.Choose(1, 20_000).ToArbitrary(), (seed, count) =>
        {
            var random = new Random(seed);
            var missing = Enumerable.Range(0, count).Where(_ => random.Next(50) == 0).ToHashSet();
            var plan = new ChunkPlan(Index(count, 100), missing.Contains, new ChunkWindow(1 << 20), Times);
            var asked = new List<int>();
            while (plan.TryNext(TimeSpan.Zero) is { } request)
            {
                var message = request.ToMessage(1, "models/a/ab.1.chunks");
                if (message.Count is < 1 or > TransferRequest.MaxChunks || message.Bitmap?.Length > TransferRequest.MaxChunks / 8) return false;
                var wanted = Enumerable.Range(0, message.Count).Where(i => message.Bitmap is null || (message.Bitmap[i / 8] >> (i % 8) & 1) != 0).Select(i => message.Offset + i).ToList();
                if (!wanted.SequenceEqual(request.Numbers)) return false;
                asked.AddRange(wanted);
                foreach (var number in wanted)
                {
                    missing.Remove(number);
                    plan.OnArrived(number, TimeSpan.Zero);
                }
            }

            return missing.Count == 0 && asked.SequenceEqual(asked.Order());
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_is_overtaken_is_late_soon_and_what_is_only_slow_is_not()
    {
        var plan = new ChunkPlan(Index(40, 64 << 10), _ => true, new ChunkWindow(256 << 10), Times);
        var first = plan.TryNext(At(0))!; // 0 to 3
        Assert.Equal([0, 1, 2, 3], first.Numbers);
        plan.OnArrived(0, At(1));
        Assert.Equal(0, plan.GiveUpLate(At(3.9))); // 2.9 s after the last: round trips of 1 s allow 3
        plan.OnArrived(1, At(4));
        var second = plan.TryNext(At(4))!;
        plan.OnArrived(second.Numbers[0], At(4.1));
        Assert.Equal(0, plan.GiveUpLate(At(4.2)));
        Assert.InRange(plan.GiveUpLate(At(9)), 2, 3);
        var repair = plan.TryNext(At(9))!;
        Assert.True(repair.Repair);
        Assert.Equal([2, 3], repair.Numbers.Take(2));
    }

    [Fact]
    public void A_link_of_20_kilobytes_a_second_is_not_asked_for_anything_twice()
    {
        var index = Index(60, 64 << 10);
        var missing = new HashSet<int>(Enumerable.Range(0, 60));
        var plan = new ChunkPlan(index, missing.Contains, new ChunkWindow(1 << 20), Times);
        var queue = new Queue<int>();
        var asked = 0;
        var now = TimeSpan.Zero;
        while (missing.Count > 0)
        {
            Assert.Equal(0, plan.GiveUpLate(now));
            while (plan.TryNext(now) is { } request)
            {
                asked += request.Numbers.Count;
                foreach (var number in request.Numbers) queue.Enqueue(number);
            }

            now += At(3.2); // one chunk
            var arrived = queue.Dequeue();
            missing.Remove(arrived);
            plan.OnArrived(arrived, now);
        }

        Assert.Equal(60, asked);
    }

    [Fact]
    public void One_loss_halves_the_window_once_for_all_that_was_on_the_way()
    {
        var window = new ChunkWindow(1 << 20);
        var plan = new ChunkPlan(Index(100, 16 << 10), _ => true, window, Times);
        for (var i = 0; i < 2; i++) Assert.NotNull(plan.TryNext(At(0), 128 << 10));
        Assert.Equal(16, plan.GiveUpLate(At(100)));
        Assert.Equal(ChunkWindow.StartBytes / 2, window.Bytes);
    }

    [Fact]
    public void After_a_new_connection_all_that_was_on_the_way_is_asked_for_as_if_for_the_first_time()
    {
        var window = new ChunkWindow(1 << 20);
        var plan = new ChunkPlan(Index(100, 64 << 10), _ => true, window, Times);
        var before = plan.TryNext(At(0))!;
        plan.ForgetAll();
        Assert.Equal(0, plan.BytesOnTheWay);
        Assert.Null(plan.NextDeadline);
        var after = plan.TryNext(At(1))!;
        Assert.Equal(before.Numbers, after.Numbers);
        Assert.False(after.Repair);
        Assert.Equal(ChunkWindow.StartBytes, window.Bytes);
        plan.Forget(before); // its failure is told late
        Assert.Equal(after.Bytes, plan.BytesOnTheWay);
    }
}
