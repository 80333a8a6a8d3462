using EdgeRunner.Inference.Sessions;
using EdgeRunner.Inference.Tensors;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Tests.Sessions;

[Collection(SessionTestsCollection.Name)]
public sealed class TensorTransferTests(ModelRuntimeFixture fixture)
{
    [Fact]
    public void Every_type_onnxruntime_has_goes_there_and_back()
    {
        foreach (var type in Enum.GetValues<TensorElementType>()
            .Where(type => type is not (TensorElementType.Undefined or TensorElementType.Complex64 or TensorElementType.Complex128)))
        {
            var tensor = type == TensorElementType.String ? TensorData.FromStrings([2, 1], ["a", "ß"]) : TensorData.Zeros(type, [2, 3]);
            new Random((int)type).NextBytes(tensor.Bytes.Span);
            using var native = tensor.ToNative(fixture.Runtime.OnnxRuntime);
            var back = native.ToManaged();
            Assert.Equal(tensor.ToString(), back.ToString());
            Assert.True(tensor.Bytes.Span.SequenceEqual(back.Bytes.Span));
            Assert.Equal(tensor.Strings, back.Strings);
        }
    }

    [Fact]
    public void Tensor_of_another_type_or_shape_is_not_overwritten()
    {
        using var target = OrtTensor.Allocate(fixture.Runtime.OnnxRuntime, TensorElementType.Float32, 2, 3);
        var e = Assert.Throws<ArgumentException>(() => TensorData.Zeros(TensorElementType.Float32, [3, 2]).CopyTo(target));
        Assert.Contains("float32[3, 2] does not fit float32[2, 3]", e.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => TensorData.Zeros(TensorElementType.Int32, [2, 3]).CopyTo(target));
        Assert.Throws<OrtException>(() => TensorData.Zeros(TensorElementType.Complex64, [1]).ToNative(fixture.Runtime.OnnxRuntime));
    }
}
