using System.Diagnostics;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Native.Tests.Linux;

public sealed class ParkingSignalTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(long.MaxValue)]
    public void Signal_before_the_wait_is_kept_and_two_count_as_one(long spinTicks)
    {
        var signal = new ParkingSignal();
        signal.Set();
        signal.Set();
        signal.Wait(spinTicks);

        // Blocks until the next one.
        var waiter = new Thread(() => signal.Wait(spinTicks: 0)) { IsBackground = true };
        waiter.Start();
        Assert.False(waiter.Join(TimeSpan.FromMilliseconds(20)), "the second signal was not taken with the first");
        signal.Set();
        Assert.True(waiter.Join(Patience));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(1000)]
    public void Two_threads_wake_each_other_without_losing_a_signal(int spinMicroseconds)
    {
        // Where a core is shared, each turn of a long spin may cost its whole time and a turn of the scheduler.
        var rounds = spinMicroseconds < 100 ? 2_000 : 300;
        var spin = Stopwatch.Frequency / 1_000_000 * spinMicroseconds;
        var (ping, pong) = (new ParkingSignal(), new ParkingSignal());
        var count = 0;
        var other = new Thread(() =>
        {
            for (var i = 0; i < rounds; i++)
            {
                ping.Wait(spin);
                count++;
                pong.Set();
            }
        })
        { IsBackground = true };
        other.Start();
        var main = new Thread(() =>
        {
            for (var i = 1; i <= rounds; i++)
            {
                ping.Set();
                pong.Wait(spin);
                if (count != i)
                {
                    return;
                }
            }
        })
        { IsBackground = true };
        main.Start();

        Assert.True(main.Join(Patience), $"a signal was lost after {count} rounds");
        Assert.True(other.Join(Patience));
        Assert.Equal(rounds, count);
    }

    [Fact]
    public void Signals_of_several_threads_wake_the_waiter_until_it_has_seen_what_all_of_them_wrote()
    {
        const int Each = 3_000;
        var signal = new ParkingSignal();
        var written = 0;
        var writers = Enumerable.Range(0, 3).Select(_ => new Thread(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                Interlocked.Increment(ref written);
                signal.Set();
            }
        })
        { IsBackground = true }).ToArray();
        var reader = new Thread(() =>
        {
            while (Volatile.Read(ref written) < 3 * Each)
            {
                signal.Wait(spinTicks: 0);
            }
        })
        { IsBackground = true };
        reader.Start();
        Array.ForEach(writers, writer => writer.Start());
        Assert.True(reader.Join(Patience), "the last signal was lost");
    }

    [Fact]
    public void Waiting_and_waking_allocate_nothing()
    {
        var signal = new ParkingSignal();
        Assert.Equal(0, Allocations.Of(Use));

        void Use()
        {
            for (var i = 0; i < 100; i++)
            {
                signal.Set();
                signal.Wait(spinTicks: 1);
            }
        }
    }
}
