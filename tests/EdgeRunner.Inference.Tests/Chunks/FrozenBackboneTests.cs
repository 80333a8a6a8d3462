using EdgeRunner.Inference.Chunks;
using EdgeRunner.Inference.Tests.Bundles;
using Xunit.Abstractions;

namespace EdgeRunner.Inference.Tests.Chunks;

/// <summary>What share of a new version has to be moved to a device that has the old one.</summary>
public sealed class FrozenBackboneTests(ITestOutputHelper output)
{
    private static readonly byte[] First = ModelFile.Bundle(ModelFile.Onnx(backbone: 1, classes: 10, head: 1), "1.0.0");

    [Fact]
    public void Retrained_head_moves_at_most_15_percent() =>
        Assert.InRange(Moved(First, ModelFile.Bundle(ModelFile.Onnx(backbone: 1, classes: 10, head: 2), "1.1.0")), 0.001, 0.15);

    [Fact]
    public void Head_with_more_classes_moves_at_most_15_percent() =>
        Assert.InRange(Moved(First, ModelFile.Bundle(ModelFile.Onnx(backbone: 1, classes: 60, head: 2), "1.10.0")), 0.001, 0.15);

    [Fact]
    public void Longer_names_in_the_graph_move_nothing_of_the_weights() =>
        Assert.InRange(Moved(First, ModelFile.Bundle(ModelFile.Onnx(backbone: 1, classes: 10, head: 1, layerNames: "backbone/stage1/block"), "1.0.1")), 0.001, 0.05);

    [Fact]
    public void Other_golden_cases_move_nothing_of_the_weights()
    {
        var onnx = ModelFile.Onnx(backbone: 1, classes: 10, head: 1);
        Assert.InRange(Moved(First, ModelFile.Bundle(onnx, "1.0.10", ("a-licence.txt", RandomBytes.Of(30_011, 1)))), 0.001, 0.05);
    }

    [Fact]
    public void Weights_that_are_all_new_move_nearly_all() =>
        Assert.InRange(Moved(First, ModelFile.Bundle(ModelFile.Onnx(backbone: 2, classes: 10, head: 2), "2.0.0")), 0.95, 1);

    [Fact]
    public void Inserted_byte_moves_the_chunk_around_it_and_few_others()
    {
        var before = RandomBytes.Of(6_000_000, seed: 20);
        foreach (var place in new[] { 0, 1, 1_000_000, 5_999_999 })
        {
            byte[] after = [.. before[..place], 0x55, .. before[place..]];
            Assert.InRange(Moved(before, after), 0, 0.08);
        }
    }

    [Fact]
    public void Entries_in_another_order_move_little()
    {
        var parts = Enumerable.Range(0, 5).Select(i => new RawZip.Entry($"member-{i}.onnx", ModelFile.Onnx(backbone: 10 + i, classes: 10, head: i))).ToArray();
        Assert.InRange(Moved(RawZip.Of(parts), RawZip.Of(parts[3], parts[0], parts[4], parts[1], parts[2])), 0.0001, 0.05);
    }

    private double Moved(byte[] before, byte[] after)
    {
        var there = FileChunker.Index("before", new MemoryStream(before), CancellationToken.None);
        var known = Enumerable.Range(0, there.Count).Select(i => Convert.ToHexString(there.Digest(i))).ToHashSet(StringComparer.Ordinal);
        var wanted = FileChunker.Index("after", new MemoryStream(after), CancellationToken.None);
        var bytes = Enumerable.Range(0, wanted.Count).Where(i => !known.Contains(Convert.ToHexString(wanted.Digest(i)))).Sum(i => (long)wanted[i].Length);
        output.WriteLine($"{bytes} of {wanted.Length} bytes move: {100.0 * bytes / wanted.Length:F2} %");
        return (double)bytes / wanted.Length;
    }
}
