using EdgeRunner.Device.Updates.Transports.Mqtt;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Device.Tests.Updates.Transports.Mqtt;

public sealed class FileAssemblyTests
{
    [Fact]
    public void Parts_in_any_order_and_any_number_of_times_make_the_file()
        => Prop.ForAll(ArbMap.Default.ArbFor<NonEmptyArray<byte>>(), Gen.Choose(1, 40).ToArbitrary(), ArbMap.Default.ArbFor<int>(), (content, partBytes, seed) =>
        {
            var file = content.Get;
            var parts = (file.Length + partBytes - 1) / partBytes;
            var order = Enumerable.Range(0, parts).Concat(Enumerable.Range(0, parts)).ToArray();
            new Random(seed).Shuffle(order);
            var assembly = new FileAssembly(file.Length);
            var seen = new HashSet<int>();
            foreach (var part in order)
            {
                var at = part * partBytes;
                var outcome = assembly.Offer((uint)part, (uint)parts, (uint)file.Length, file.AsSpan(at, Math.Min(partBytes, file.Length - at)));
                var expected = !seen.Add(part) ? PartOutcome.Duplicate : seen.Count == parts ? PartOutcome.Complete : PartOutcome.Taken;
                if (outcome != expected) return false;
            }

            return assembly.ToBytes().AsSpan().SequenceEqual(file);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Whatever_comes_it_keeps_no_more_than_was_allowed_and_completes_only_with_what_was_stated()
        => Prop.ForAll(
            Gen.Choose(0, 4).SelectMany(part => Gen.Choose(0, 4).SelectMany(parts => Gen.Choose(0, 60).SelectMany(length => Gen.Choose(0, 30).Select(bytes => (part, parts, length, bytes))))).ListOf().ToArbitrary(),
            messages =>
            {
                var assembly = new FileAssembly(50);
                foreach (var (part, parts, length, bytes) in messages)
                {
                    var outcome = assembly.Offer((uint)part, (uint)parts, (uint)length, new byte[bytes]);
                    if ((outcome == PartOutcome.TooLong) != (length > 50 && assembly.Problem is null)) return false;
                    if ((outcome == PartOutcome.Refused) != assembly.Problem is not null && outcome != PartOutcome.TooLong) return false;
                    if (outcome == PartOutcome.Complete) return assembly.ToBytes().Length == (int)assembly.Length && assembly.Length <= 50;
                }

                return true;
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void An_empty_file_is_one_empty_part()
    {
        var assembly = new FileAssembly(10);
        Assert.Equal(PartOutcome.Complete, assembly.Offer(0, 1, 0, []));
        Assert.Empty(assembly.ToBytes());
    }

    [Fact]
    public void Four_thousand_million_parts_cost_nothing()
    {
        var assembly = new FileAssembly(int.MaxValue);
        Assert.Equal(PartOutcome.Refused, assembly.Offer(0, uint.MaxValue, int.MaxValue, new byte[1]));
        Assert.Equal("4294967295 parts for 2147483647 bytes", assembly.Problem);
    }
}
