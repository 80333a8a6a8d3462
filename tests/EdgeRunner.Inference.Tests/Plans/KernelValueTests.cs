using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Graphs;
using EdgeRunner.Inference.Tensors;
using EdgeRunner.Inference.Tests.Sessions;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Tests.Plans;

/// <summary>Values worked out by hand or by NumPy: the edges that random comparison does not reach, and the types ONNX Runtime has no operator for.</summary>
[Collection(SessionTestsCollection.Name)]
public sealed class KernelValueTests(ModelRuntimeFixture fixture)
{
    public static TheoryData<TensorElementType> FixedTypes => [.. ElementSets.Fixed];

    public static TheoryData<TensorElementType> NumberTypes => [.. ElementSets.Numbers];

    public static TheoryData<TensorElementType> FloatTypes => [.. ElementSets.Floats];

    private double[] Run(TensorElementType type, long[] shape, double[] values, StepSpec step, long[]? outputShape = null, TensorElementType? outputType = null) =>
        RandomTensor.ToDoubles(TestModel.Run(fixture.Runtime, RandomTensor.Of(type, shape, values), outputType ?? type, outputShape ?? shape, step));

    private static void Near(double[] expected, double[] found, TensorElementType type = TensorElementType.Float32)
    {
        // Half of the last place: 8 bits, 11 bits, and float32's own rounding of a few operations.
        var tolerance = type switch { TensorElementType.BFloat16 => 4e-3, TensorElementType.Float16 => 5e-4, _ => 1e-6 };
        Assert.Equal(expected.Length, found.Length);
        Assert.All(expected.Zip(found), pair => Assert.True(
            pair.First.Equals(pair.Second) || Math.Abs(pair.First - pair.Second) <= tolerance * Math.Max(1, Math.Abs(pair.First)), $"expected {pair.First}, found {pair.Second}"));
    }

    [Theory]
    [MemberData(nameof(FixedTypes))]
    public void Moving_kinds_carry_every_type(TensorElementType type)
    {
        double[] x = [0, 1, 1, 0, 1, 0];
        Assert.Equal([1, 0, 1, 0], Run(type, [2, 3], x, new SelectStepSpec("s", "x", "y", [1, 0]), [2, 2]));
        Assert.Equal([1, 0, 1, 0], Run(type, [2, 3], x, new SliceStepSpec("s", "x", "y", [1], [-4], [1], [-1]), [2, 2]));
        Assert.Equal([0, 0, 1, 1, 1, 0], Run(type, [2, 3], x, new TransposeStepSpec("s", "x", "y"), [3, 2]));
        Assert.Equal(x, Run(type, [2, 3], x, new ReshapeStepSpec("s", "x", "y", [-1]), [6]));
        Assert.Equal([0, 1, 1, 0, 1, 1, 0, 1, 0, 0, 1, 0], Run(type, [2, 3], x, new ConcatStepSpec("s", ["x", "x"], "y", 1), [2, 6]));
    }

    [Theory]
    [MemberData(nameof(FixedTypes))]
    public void Cast_reaches_every_type_from_every_type(TensorElementType from)
    {
        double[] x = from == TensorElementType.Bool ? [0, 1, 1] : [0, 1, 7];
        foreach (var to in ElementSets.Fixed.ToArray())
        {
            Assert.Equal(to == TensorElementType.Bool ? [0, 1, 1] : x, Run(from, [3], x, new CastStepSpec("s", "x", "y", to), outputType: to));
        }
    }

    [Theory]
    [InlineData(TensorElementType.Float32, TensorElementType.Int32, new[] { 2.9, -2.9, 3e9, -3e9, double.NaN }, new[] { 2, -2, (double)int.MaxValue, int.MinValue, 0 })]
    [InlineData(TensorElementType.Float64, TensorElementType.UInt8, new[] { 255.9, 256, -1, double.PositiveInfinity }, new[] { 255.0, 255, 0, 255 })]
    [InlineData(TensorElementType.Int32, TensorElementType.UInt8, new[] { 300.0, -1, 256 }, new[] { 44.0, 255, 0 })]
    [InlineData(TensorElementType.Int64, TensorElementType.Int16, new[] { 65537.0, 32768 }, new[] { 1.0, -32768 })]
    [InlineData(TensorElementType.UInt8, TensorElementType.Int8, new[] { 200.0 }, new[] { -56.0 })]
    [InlineData(TensorElementType.Float64, TensorElementType.Float16, new[] { 70000, 1e-9, 0.1 }, new[] { double.PositiveInfinity, 0, 0.0999755859375 })]
    [InlineData(TensorElementType.Float64, TensorElementType.Float32, new[] { 1e300, 0.1 }, new[] { double.PositiveInfinity, 0.10000000149011612 })]
    [InlineData(TensorElementType.Float32, TensorElementType.Bool, new[] { -0.5, 0, double.NaN }, new[] { 1.0, 0, 1 })]
    [InlineData(TensorElementType.UInt64, TensorElementType.Float32, new[] { 18446744073709549568.0 }, new[] { 18446744073709551616.0 })]
    public void Cast_has_one_answer_at_the_edges(TensorElementType from, TensorElementType to, double[] x, double[] expected) =>
        Assert.Equal(expected, Run(from, [x.Length], x, new CastStepSpec("s", "x", "y", to), outputType: to));

    [Fact]
    public void Cast_of_more_than_one_block_is_whole()
    {
        double[] x = [.. Enumerable.Range(0, 1000).Select(i => (double)i)];
        Assert.Equal(x, Run(TensorElementType.Float32, [1000], x, new CastStepSpec("s", "x", "y", TensorElementType.Int16), outputType: TensorElementType.Int16));
    }

    [Theory]
    [MemberData(nameof(FloatTypes))]
    public void Float_kinds_work_on_every_float_type(TensorElementType type)
    {
        double[] x = [1, 2, 3, 4];
        Near([0.73105858, 0.88079708, 0.95257413, 0.98201379], Run(type, [2, 2], x, new SigmoidStepSpec("s", "x", "y")), type);
        Near([0.26894142, 0.73105858, 0.26894142, 0.73105858], Run(type, [2, 2], x, new SoftmaxStepSpec("s", "x", "y")), type);
        Near([0.11920292, 0.11920292, 0.88079708, 0.88079708], Run(type, [2, 2], x, new SoftmaxStepSpec("s", "x", "y", 0)), type);
        Near([3, 11, 7, 21], Run(type, [2, 2], x, new ScaleStepSpec("s", "x", "y", [2, 5], [1])), type);
        Near([3, 5, 15, 20], Run(type, [2, 2], x, new ScaleStepSpec("s", "x", "y", [2, 5], [1, 0], 0)), type);
        Near([-1.34164079, -0.4472136, 0.4472136, 1.34164079], Run(type, [4], x, new NormaliseStepSpec("s", "x", "y", "z-score")), type);
        Near([0, 1 / 3.0, 2 / 3.0, 1], Run(type, [4], x, new NormaliseStepSpec("s", "x", "y", "min-max")), type);
        Near([0.1, 0.2, 0.3, 0.4], Run(type, [4], x, new NormaliseStepSpec("s", "x", "y", "l1")), type);
        Near([0.18257419, 0.36514837, 0.54772256, 0.73029674], Run(type, [4], x, new NormaliseStepSpec("s", "x", "y", "l2")), type);
        Near([0.25, 0.5, 0.75, 1], Run(type, [4], x, new NormaliseStepSpec("s", "x", "y", "max")), type);
        Near([0, 0.25, 2, 0.75], Run(type, [2, 2], x, new NormaliseStepSpec("s", "x", "y", "given", [1], [1, 4])), type);
    }

    [Theory]
    [MemberData(nameof(NumberTypes))]
    public void Number_kinds_work_on_every_number_type(TensorElementType type)
    {
        double[] x = [3, 1, 2, 5, 5, 0];
        Assert.Equal([3, 1, 2, 3, 3, 1], Run(type, [2, 3], x, new ClipStepSpec("s", "x", "y", 1, 3)));
        Assert.Equal([3, 2, 2, 5, 5, 2], Run(type, [6], x, new ClipStepSpec("s", "x", "y", 2)));
        Assert.Equal([0, 0], Run(type, [2, 3], x, new ArgmaxStepSpec("s", "x", "y"), [2, 1], TensorElementType.Int64));
        Assert.Equal([1, 1, 0], Run(type, [2, 3], x, new ArgmaxStepSpec("s", "x", "y", 0, KeepDimension: false), [3], TensorElementType.Int64));
        Assert.Equal([3, 2, 5, 5], Run(type, [2, 3], x, new TopKStepSpec("s", "x", 2, "y"), [2, 2]));
        Assert.Equal([5, 1, 2], Run(type, [6], x, new TopKStepSpec("s", "x", 3, null, "y", Largest: false), [3], TensorElementType.Int64));
        Assert.Equal([1, 0, 0, 1, 1, 0], Run(type, [2, 3], x, new ThresholdStepSpec("s", "x", "y", [2.5]), outputType: TensorElementType.Bool));
        Assert.Equal([1, 0, 0, 1, 1, 0], Run(type, [2, 3], x, new ThresholdStepSpec("s", "x", "y", [3, 4, 2.5]), outputType: TensorElementType.Bool));
    }

    [Fact]
    public void Large_inputs_do_not_overflow()
    {
        Near([0, 1, 0.5], Run(TensorElementType.Float32, [3], [-1e4, 1e4, 0], new SigmoidStepSpec("s", "x", "y")));
        Near([0.26894142, 0.73105858], Run(TensorElementType.Float32, [2], [10000, 10001], new SoftmaxStepSpec("s", "x", "y")));
        Near([0, 1], Run(TensorElementType.Float16, [2], [-60000, 60000], new SoftmaxStepSpec("s", "x", "y")));
    }

    [Fact]
    public void Line_without_spread_is_divided_by_one_as_scikit_learn_does()
    {
        foreach (var method in NormaliseStepSpec.Methods.Where(method => method is "z-score" or "min-max"))
        {
            Assert.Equal([0, 0, 0], Run(TensorElementType.Float32, [3], [0.1, 0.1, 0.1], new NormaliseStepSpec("s", "x", "y", method)));
        }
        foreach (var method in NormaliseStepSpec.Methods.Where(method => method is "l1" or "l2" or "max"))
        {
            Assert.Equal([0, 0, 0], Run(TensorElementType.Float32, [3], [0, 0, 0], new NormaliseStepSpec("s", "x", "y", method)));
        }
    }

    [Fact]
    public void Nan_is_seen_where_it_can_be_and_never_wins()
    {
        const double NaN = double.NaN;
        Assert.Equal([NaN, 0, 1], Run(TensorElementType.Float32, [3], [NaN, -5, 5], new ClipStepSpec("s", "x", "y", 0, 1)));
        Assert.Equal([NaN, NaN], Run(TensorElementType.Float32, [2], [NaN, 1], new SoftmaxStepSpec("s", "x", "y")));
        Assert.Equal([0, 1], Run(TensorElementType.Float32, [2], [NaN, 1], new ThresholdStepSpec("s", "x", "y", [0]), outputType: TensorElementType.Bool));
        Assert.Equal([2], Run(TensorElementType.Float32, [4], [NaN, -1, 3, NaN], new ArgmaxStepSpec("s", "x", "y"), [1], TensorElementType.Int64));
        Assert.Equal([0], Run(TensorElementType.Float32, [2], [NaN, NaN], new ArgmaxStepSpec("s", "x", "y"), [1], TensorElementType.Int64));
        Assert.Equal([2, 1, 0, 3], Run(TensorElementType.Float32, [4], [NaN, -1, 3, NaN], new TopKStepSpec("s", "x", 4, null, "y"), [4], TensorElementType.Int64));
        Assert.Equal([1, 2, 0, 3], Run(TensorElementType.Float32, [4], [NaN, -1, 3, NaN], new TopKStepSpec("s", "x", 4, null, "y", Largest: false), [4], TensorElementType.Int64));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(500)]
    public void Top_k_with_many_ties_is_a_stable_sort(int k)
    {
        var random = new Random(k);
        double[] x = [.. Enumerable.Range(0, 500).Select(_ => (double)random.Next(20))];
        double[] expected = [.. Enumerable.Range(0, 500).OrderByDescending(i => x[i]).ThenBy(i => i).Take(k).Select(i => (double)i)];
        Assert.Equal(expected, Run(TensorElementType.Int16, [500], x, new TopKStepSpec("s", "x", k, null, "y"), [k], TensorElementType.Int64));
    }
}
