using EdgeRunner.Fleet.Depot.Answers;
using EdgeRunner.Fleet.Depot.Fairness;

namespace EdgeRunner.Fleet.Tests.Depot;

/// <summary>Turns and rates.</summary>
public sealed class FairnessTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Each_lane_has_its_turn_however_much_another_one_has()
    {
        var ring = new LaneRing();
        var (greedy, modest) = (new Lane("greedy"), new Lane("modest"));
        for (var i = 0; i < 100; i++) ring.Add(greedy, new Parts(50));
        var turns = new List<string>();
        for (var turn = 0; turn < 8; turn++)
        {
            if (turn == 3) ring.Add(modest, new Parts(2));
            turns.Add(Turn(ring));
        }

        // In line behind the one turn that was due before it came.
        Assert.Equal(["greedy", "greedy", "greedy", "greedy", "modest", "greedy", "modest", "greedy"], turns);
        Assert.Equal((100, 1), (ring.Answers, ring.Active));
    }

    [Fact]
    public void A_lane_answers_in_order_and_leaves_the_ring_when_it_is_empty()
    {
        var ring = new LaneRing();
        var lane = new Lane("pi-1");
        ring.Add(lane, new Parts(1, "a"));
        ring.Add(lane, new Parts(2, "b"));
        Assert.Equal((2, 3), ring.Waiting(lane));
        var topics = new List<string>();
        while (ring.TryTake(out var taken, out var answer))
        {
            topics.Add(answer.Topic);
            ring.Return(taken, !answer.Advance(out _));
        }
        Assert.Equal(["a", "b", "b"], topics);
        Assert.Equal((0, 0, false), (ring.Answers, ring.Active, lane.IsActive));
        Assert.Equal((0, 0), ring.Waiting(lane));
    }

    [Fact]
    public void A_bucket_gives_its_burst_at_once_and_then_what_it_is_filled_with()
    {
        var bucket = new TokenBucket(2, 4, _time);
        Assert.Equal(4, Enumerable.Range(0, 100).Count(_ => bucket.TryTake()));
        Assert.Equal(1, bucket.SecondsUntilNext());
        _time.Advance(TimeSpan.FromSeconds(1.25));
        Assert.Equal(2, Enumerable.Range(0, 100).Count(_ => bucket.TryTake()));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(4, Enumerable.Range(0, 100).Count(_ => bucket.TryTake()));
        var slow = new TokenBucket(0.1, 1, _time);
        Assert.True(slow.TryTake());
        Assert.Equal(10, slow.SecondsUntilNext());
    }

    private static string Turn(LaneRing ring)
    {
        Assert.True(ring.TryTake(out var lane, out var answer));
        ring.Return(lane, !answer.Advance(out _));
        return lane.Name;
    }

    private sealed class Parts(int count, string topic = "t") : Answer(topic, 1)
    {
        private int _given;

        internal override int Chunks => count;

        internal override bool Advance(out OutgoingMessage? message)
        {
            message = null;
            return ++_given < count;
        }
    }
}
