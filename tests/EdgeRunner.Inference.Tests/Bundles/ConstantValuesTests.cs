using System.Text.Json;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Tests.Bundles;

public sealed class ConstantValuesTests
{
    private static ConstantSpec Make(TensorElementType type, string json)
    {
        var values = JsonDocument.Parse(json).RootElement.EnumerateArray().ToList();
        return new ConstantSpec("c", type, [values.Count], values);
    }

    [Theory]
    [InlineData(TensorElementType.UInt8, "[0, 255]", "00FF")]
    [InlineData(TensorElementType.Int8, "[-128, 127]", "807F")]
    [InlineData(TensorElementType.UInt16, "[65535]", "FFFF")]
    [InlineData(TensorElementType.Int16, "[-2]", "FEFF")]
    [InlineData(TensorElementType.Int32, "[1]", "01000000")]
    [InlineData(TensorElementType.UInt32, "[4294967295]", "FFFFFFFF")]
    [InlineData(TensorElementType.Int64, "[-1]", "FFFFFFFFFFFFFFFF")]
    [InlineData(TensorElementType.UInt64, "[18446744073709551615]", "FFFFFFFFFFFFFFFF")]
    [InlineData(TensorElementType.Bool, "[true, false]", "0100")]
    [InlineData(TensorElementType.Float16, "[1]", "003C")]
    [InlineData(TensorElementType.BFloat16, "[1]", "803F")]
    [InlineData(TensorElementType.Float32, "[1, \"Infinity\"]", "0000803F0000807F")]
    [InlineData(TensorElementType.Float64, "[0.1]", "9A9999999999B93F")]
    public void Values_become_the_bytes_of_their_type(TensorElementType type, string json, string hex) =>
        Assert.Equal(hex, Convert.ToHexString(Make(type, json).ToTensor().Bytes.Span));

    [Theory]
    [InlineData(TensorElementType.UInt8, "[256]")]
    [InlineData(TensorElementType.Int8, "[-129]")]
    [InlineData(TensorElementType.Bool, "[1]")]
    [InlineData(TensorElementType.Float16, "[1e6]")]
    [InlineData(TensorElementType.Float32, "[1e39]")]
    [InlineData(TensorElementType.BFloat16, "[3.4e38, 1e39]")]
    [InlineData(TensorElementType.Float64, "[1e999]")]
    [InlineData(TensorElementType.Float32, "[\"inf\"]")]
    [InlineData(TensorElementType.Int64, "[\"1\"]")]
    [InlineData(TensorElementType.String, "[1]")]
    [InlineData(TensorElementType.Complex64, "[1]")]
    public void Values_that_do_not_fit_are_refused(TensorElementType type, string json) => Assert.Throws<FormatException>(() => Make(type, json).ToTensor());

    [Fact]
    public void Text_is_kept() => Assert.Equal(["a", "ö"], Make(TensorElementType.String, "[\"a\", \"ö\"]").ToTensor().Strings);
}
