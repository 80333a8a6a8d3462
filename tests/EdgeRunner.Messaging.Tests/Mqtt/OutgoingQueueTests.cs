using EdgeRunner.Messaging.Mqtt;

namespace EdgeRunner.Messaging.Tests.Mqtt;

public sealed class OutgoingQueueTests
{
    [Fact]
    public void A_full_queue_refuses_or_lets_wait_and_a_released_message_makes_room_in_order()
    {
        var queue = new OutgoingQueue(maxMessages: 2, maxBytes: 1 << 20);
        PendingPublish[] publishes = [Publish(10), Publish(10), Publish(10), Publish(10)];
        Assert.Null(queue.Add(publishes[0], wait: false));
        Assert.Null(queue.Add(publishes[1], wait: false));
        Assert.Equal(MqttUnavailableReason.QueueFull, queue.Add(Publish(10), wait: false));
        Assert.Null(queue.Add(publishes[2], wait: true));
        Assert.Null(queue.Add(publishes[3], wait: true));
        Assert.Equal(2, queue.Messages);

        foreach (var expected in publishes)
        {
            Assert.True(queue.TryPeek(out var first));
            Assert.Same(expected, first);
            queue.RemoveFirst();
            queue.Release(first);
        }

        Assert.Equal((0, 0L), (queue.Messages, queue.Bytes));
    }

    [Fact]
    public void Bytes_bound_the_queue_but_one_message_is_always_taken()
    {
        var queue = new OutgoingQueue(maxMessages: 100, maxBytes: 10_000);
        Assert.Null(queue.Add(Publish(50_000), wait: false));
        Assert.Equal(MqttUnavailableReason.QueueFull, queue.Add(Publish(1), wait: false));
    }

    [Fact]
    public void A_closed_queue_hands_out_what_is_left_and_takes_nothing()
    {
        var queue = new OutgoingQueue(maxMessages: 1, maxBytes: 10_000);
        queue.Add(Publish(1), wait: true);
        queue.Add(Publish(1), wait: true);
        Assert.Equal(2, queue.Close().Count);
        Assert.Equal(MqttUnavailableReason.ConnectionLost, queue.Add(Publish(1), wait: true));
    }

    private static PendingPublish Publish(int bytes) => new("t", new byte[bytes], MqttPublishOptions.AtLeastOnce);
}
