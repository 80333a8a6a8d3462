using System.Runtime.InteropServices;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Native.OnnxRuntime;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Inference.Tests.Sessions;

public class OutputFaultsTests
{
    private static readonly float[] Awkward = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.MinValue, 0f, -0f, float.Epsilon, 1, -1, 0.7f];

    [Fact]
    public void Vectors_find_what_a_loop_over_the_elements_finds() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), ArbMap.Default.ArbFor<double?>(), ArbMap.Default.ArbFor<double?>(), (seed, one, other) =>
        {
            var random = new Random(seed);
            // Mostly good values, so that a fault may lie anywhere in a long output.
            var values = Enumerable.Range(0, random.Next(70)).Select(_ => random.Next(40) == 0 ? Awkward[random.Next(Awkward.Length)] : random.NextSingle()).ToArray();
            double? minimum = Bound(one), maximum = Bound(other);
            if (minimum > maximum) (minimum, maximum) = (maximum, minimum);
            var expected = values.Select(value => Naive(value, minimum, maximum)).FirstOrDefault(fault => fault != OutputFault.None);

            return OutputFaults.Find(Spec(TensorElementType.Float32, minimum, maximum), MemoryMarshal.AsBytes<float>(values)) == expected
                && OutputFaults.Find(Spec(TensorElementType.Float64, (float?)minimum, (float?)maximum), MemoryMarshal.AsBytes<double>(values.Select(value => (double)value).ToArray())) == expected;
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(TensorElementType.Int8)]
    [InlineData(TensorElementType.UInt8)]
    [InlineData(TensorElementType.Int16)]
    [InlineData(TensorElementType.UInt16)]
    [InlineData(TensorElementType.Int32)]
    [InlineData(TensorElementType.UInt32)]
    [InlineData(TensorElementType.Int64)]
    [InlineData(TensorElementType.UInt64)]
    [InlineData(TensorElementType.Float16)]
    public void Range_holds_for_every_type_of_number(TensorElementType type)
    {
        byte[] good = Bytes(type, 3), bad = Bytes(type, 6);

        Assert.Equal(OutputFault.None, OutputFaults.Find(Spec(type, 3, 5), good));
        Assert.Equal(OutputFault.OutOfRange, OutputFaults.Find(Spec(type, 3, 5), bad));
        Assert.Equal(OutputFault.OutOfRange, OutputFaults.Find(Spec(type, 4, null), good));
        Assert.Equal(OutputFault.None, OutputFaults.Find(Spec(type, null, null), bad));
    }

    [Fact]
    public void Short_floats_have_nan_and_infinity_too()
    {
        Assert.Equal(OutputFault.NaN, OutputFaults.Find(Spec(TensorElementType.Float16, null, null), MemoryMarshal.AsBytes<Half>([Half.One, Half.NaN])));
        Assert.Equal(OutputFault.Infinite, OutputFaults.Find(Spec(TensorElementType.Float16, null, null), MemoryMarshal.AsBytes<Half>([Half.NegativeInfinity])));
        Assert.Equal(OutputFault.NaN, OutputFaults.Find(Spec(TensorElementType.BFloat16, null, null), MemoryMarshal.AsBytes<ushort>([0x3F80, 0x7FC0])));
        Assert.Equal(OutputFault.OutOfRange, OutputFaults.Find(Spec(TensorElementType.BFloat16, null, 0.5), MemoryMarshal.AsBytes<ushort>([0x3F80])));
    }

    [Fact]
    public void Bound_is_rounded_as_the_output_is() =>
        Assert.Equal(OutputFault.None, OutputFaults.Find(Spec(TensorElementType.Float32, 0.7, 0.7), MemoryMarshal.AsBytes<float>([0.7f])));

    private static double? Bound(double? value) => value is { } number && double.IsFinite(number) ? (float)Math.Clamp(number, -1e30, 1e30) : null;

    private static OutputFault Naive(float value, double? minimum, double? maximum) =>
        float.IsNaN(value) ? OutputFault.NaN
        : float.IsInfinity(value) ? OutputFault.Infinite
        : value < (minimum ?? double.NegativeInfinity) || value > (maximum ?? double.PositiveInfinity) ? OutputFault.OutOfRange
        : OutputFault.None;

    private static TensorSpec Spec(TensorElementType type, double? minimum, double? maximum) => new("y", type, [1], Minimum: minimum, Maximum: maximum);

    private static byte[] Bytes(TensorElementType type, byte value) => type switch
    {
        TensorElementType.Float16 => MemoryMarshal.AsBytes<Half>([(Half)value]).ToArray(),
        _ => [value, .. new byte[type.SizeBytes() - 1]],
    };
}
