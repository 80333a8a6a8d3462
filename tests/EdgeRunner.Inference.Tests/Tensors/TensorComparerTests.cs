using EdgeRunner.Inference.Tensors;
using EdgeRunner.Native.OnnxRuntime;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Inference.Tests.Tensors;

public sealed class TensorComparerTests
{
    private static TensorData Floats(params float[] values) => TensorData.From<float>(TensorElementType.Float32, [values.Length], values);

    [Fact]
    public void Every_tensor_equals_itself() =>
        Prop.ForAll(AnyTensor.Arbitrary, tensor => TensorComparer.Compare(tensor, tensor, 0, 0) is { IsMatch: true } same && string.Equals(same.ToString(), "no difference", StringComparison.Ordinal)).QuickCheckThrowOnFailure();

    [Fact]
    public void Difference_inside_the_tolerance_matches_and_says_how_far_and_where()
    {
        var difference = TensorComparer.Compare(Floats(1, 100, 3), Floats(1, 100.05f, 3), rtol: 1e-3, atol: 0);
        Assert.True(difference.IsMatch);
        Assert.Equal(0.05, difference.MaxAbsolute, 1e-5);
        Assert.Equal([1], difference.Where!);
    }

    [Fact]
    public void Worst_element_is_the_one_furthest_outside_not_the_largest_number()
    {
        var difference = TensorComparer.Compare(Floats(1000, 0), Floats(1000.5f, 0.1f), rtol: 1e-3, atol: 1e-7);
        Assert.False(difference.IsMatch);
        Assert.Equal(1, difference.Mismatches);
        Assert.Equal([1], difference.Where!);
        Assert.Equal("1 elements differ, worst at [1]: expected 0, found 0.100000001", difference.ToString());
    }

    [Theory]
    [InlineData(float.NaN, float.NaN, true)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity, true)]
    [InlineData(float.PositiveInfinity, float.NegativeInfinity, false)]
    [InlineData(float.NaN, 1f, false)]
    [InlineData(1f, float.NaN, false)]
    [InlineData(float.PositiveInfinity, float.MaxValue, false)]
    [InlineData(0f, -0f, true)]
    public void Nan_equals_nan_and_infinity_equals_itself(float expected, float found, bool match) =>
        Assert.Equal(match, TensorComparer.Compare(Floats(expected), Floats(found), 1, 1).IsMatch);

    [Fact]
    public void Labels_and_text_have_no_tolerance()
    {
        var labels = TensorComparer.Compare(
            TensorData.From<long>(TensorElementType.Int64, [1, 2], [7, 100_000]), TensorData.From<long>(TensorElementType.Int64, [1, 2], [7, 100_001]), rtol: 0.5, atol: 10);
        Assert.False(labels.IsMatch);
        Assert.Equal("1 elements differ, worst at [0, 1]: expected 100000, found 100001", labels.ToString());
        Assert.Contains("expected \"a\", found \"b\"", TensorComparer.Compare(TensorData.FromStrings([1], ["a"]), TensorData.FromStrings([1], ["b"]), 1, 1).ToString(), StringComparison.Ordinal);
        // As doubles these two are the same number.
        Assert.False(TensorComparer.Compare(
            TensorData.From<long>(TensorElementType.Int64, [1], [long.MaxValue]), TensorData.From<long>(TensorElementType.Int64, [1], [long.MaxValue - 1]), 0, 0).IsMatch);
    }

    [Fact]
    public void Other_type_or_shape_is_one_problem()
    {
        var other = TensorComparer.Compare(Floats(1, 2), TensorData.Zeros(TensorElementType.Float32, [2, 1]), 0, 0);
        Assert.False(other.IsMatch);
        Assert.Equal("expected float32[2], found float32[2, 1]", other.ToString());
    }

    [Fact]
    public void Sixteen_bit_floats_are_compared_as_numbers()
    {
        var one = TensorData.From<ushort>(TensorElementType.BFloat16, [1], [0x3F80]);
        var above = TensorData.From<ushort>(TensorElementType.BFloat16, [1], [0x3F81]);
        Assert.Equal(0.0078125, TensorComparer.Compare(one, above, 0.01, 0).MaxAbsolute);
        Assert.True(TensorComparer.Compare(one, above, 0.01, 0).IsMatch);
    }

    [Fact]
    public void Bfloat16_rounds_to_nearest_even()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<float>(), value =>
        {
            var back = BFloat16Bits.ToSingle(BFloat16Bits.FromSingle(value));
            return float.IsNaN(value) ? float.IsNaN(back) : !float.IsFinite(back) || Math.Abs(back - value) <= Math.Abs(value) / 256 + 1e-40;
        }).QuickCheckThrowOnFailure();
        Assert.Equal(0x3F80, BFloat16Bits.FromSingle(1 + 1f / 256)); // a tie goes to the even neighbour
        Assert.Equal(0x7FC0, BFloat16Bits.FromSingle(float.NaN) & 0x7FFF);
    }
}
