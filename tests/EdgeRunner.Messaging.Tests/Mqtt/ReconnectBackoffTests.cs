using EdgeRunner.Messaging.Mqtt;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Messaging.Tests.Mqtt;

public sealed class ReconnectBackoffTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Minute = TimeSpan.FromSeconds(60);

    [Fact]
    public void The_bound_doubles_to_the_cap_and_stays_there()
    {
        var backoff = new ReconnectBackoff(Second, Minute, Minute, () => 0.5);
        var delays = Enumerable.Range(0, 9).Select(_ => backoff.Next().TotalSeconds);
        Assert.Equal([0.5, 1, 2, 4, 8, 16, 30, 30, 30], delays);
    }

    [Fact]
    public void Every_delay_lies_between_zero_and_the_cap_however_often_it_fails()
        => Prop.ForAll(Gen.Choose(0, 999).ListOf().ToArbitrary(), draws =>
        {
            var next = new Queue<int>(draws);
            var backoff = new ReconnectBackoff(Second, Minute, Minute, () => next.Dequeue() / 1000.0);
            return draws.All(_ => backoff.Next() is var delay && delay >= TimeSpan.Zero && delay < Minute);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Only_a_stable_connection_starts_the_bound_anew()
    {
        var backoff = new ReconnectBackoff(Second, Minute, Minute, () => 0.5);
        for (var i = 0; i < 100; i++) backoff.Next();
        backoff.OnConnectionEnded(TimeSpan.FromSeconds(59));
        Assert.Equal(Minute, backoff.Bound);
        backoff.OnConnectionEnded(Minute);
        Assert.Equal(Second, backoff.Bound);
    }
}
