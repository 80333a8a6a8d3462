using EdgeRunner.Device.Updates.Transports.Mqtt;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Device.Tests.Updates.Transports.Mqtt;

public sealed class ChunkWindowTests
{
    [Fact]
    public void It_starts_small_and_never_leaves_its_bounds_whatever_happens()
        => Prop.ForAll(Gen.Choose(ChunkWindow.LeastBytes, 64 << 20).ToArbitrary(), Gen.Choose(-1, 128 << 10).ListOf().ToArbitrary(), (max, events) =>
        {
            var window = new ChunkWindow(max);
            var ok = window.Bytes <= 1 << 20;
            foreach (var bytes in events)
            {
                var before = window.Bytes;
                if (bytes < 0) window.OnLoss();
                else window.OnArrived(bytes);
                ok &= window.Bytes >= ChunkWindow.LeastBytes && window.Bytes <= max;
                ok &= bytes < 0 ? window.Bytes == Math.Max(ChunkWindow.LeastBytes, before / 2) : window.Bytes - before is >= 0 and <= ChunkWindow.StepBytes;
            }

            return ok;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void It_grows_by_one_step_for_each_window_that_arrived_whole()
    {
        var window = new ChunkWindow(64 << 20);
        for (var round = 1; round <= 20; round++)
        {
            var bytes = window.Bytes;
            for (var arrived = 0; arrived < bytes; arrived += 64 << 10) window.OnArrived(64 << 10);
            Assert.Equal(ChunkWindow.StartBytes + (round * ChunkWindow.StepBytes), window.Bytes);
        }
    }

    [Fact]
    public void A_window_below_the_largest_chunk_is_refused()
        => Assert.Throws<ArgumentOutOfRangeException>(() => new ChunkWindow(ChunkWindow.LeastBytes - 1));
}
