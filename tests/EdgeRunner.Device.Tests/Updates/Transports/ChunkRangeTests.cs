using EdgeRunner.Device.Updates.Transports.Http;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Device.Tests.Updates.Transports;

public sealed class ChunkRangeTests
{
    [Fact]
    public void Ranges_hold_just_the_wanted_chunks_in_order_within_the_bound()
    {
        using var file = new ReleasedFile(100);
        Prop.ForAll(ArbMap.Default.ArbFor<bool[]>(), wanted =>
        {
            bool IsWanted(int number) => wanted.Length > 0 && wanted[number % wanted.Length];

            var ranges = ChunkRange.Plan(file.Index, IsWanted);

            Assert.Equal(Enumerable.Range(0, 100).Where(IsWanted), ranges.SelectMany(range => Enumerable.Range(range.First, range.Last - range.First + 1)));
            Assert.All(ranges, range =>
            {
                Assert.Equal(file.Index[range.First].Offset, range.Offset);
                Assert.Equal(Enumerable.Range(range.First, range.Last - range.First + 1).Sum(n => (long)file.Index[n].Length), range.Length);
                Assert.True(range.Length <= ChunkRange.MaxBytes);
            });
            // Neighbours are put together unless the bound forbids it.
            Assert.All(ranges.Zip(ranges.Skip(1)), pair => Assert.True(pair.First.Last + 1 < pair.Second.First || pair.First.Length + file.Index[pair.Second.First].Length > ChunkRange.MaxBytes));
        }).QuickCheckThrowOnFailure();
    }
}
