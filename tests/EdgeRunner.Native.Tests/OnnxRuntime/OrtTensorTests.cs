using System.Numerics;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Native.Tests.OnnxRuntime;

[Collection(OrtTestsCollection.Name)]
public sealed class OrtTensorTests(OrtFixture ort)
{
    [Fact]
    public void View_shows_part_of_the_memory_and_holds_it()
    {
        var whole = OrtTensor.Allocate(ort.Runtime, TensorElementType.Int16, 2, 3);
        using var view = whole.View(2, 1, 3);
        using var inner = view.View(1, 2);
        new short[] { 1, 2, 3, 4, 5, 6 }.CopyTo(whole.AsSpan<short>());
        Assert.Equal([3, 4, 5], view.AsSpan<short>().ToArray());
        inner.AsSpan<short>()[1] = 9;
        Assert.Equal([1, 2, 3, 4, 9, 6], whole.AsSpan<short>().ToArray());
        whole.Dispose();
        Assert.Equal([3, 4, 9], view.AsSpan<short>().ToArray());
        Assert.Equal("int16[1, 3]", view.ToString());
    }

    [Fact]
    public void View_past_the_end_or_of_text_is_refused()
    {
        using var whole = OrtTensor.Allocate(ort.Runtime, TensorElementType.Int16, 2, 3);
        Assert.Throws<ArgumentOutOfRangeException>(() => whole.View(4, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => whole.View(-1, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => whole.View(0, 7));
        using var text = OrtTensor.FromStrings(ort.Runtime, ["a"], 1);
        Assert.Throws<InvalidOperationException>(() => text.View(0, 1));
    }

    [Fact]
    public void Float32_survives_a_run() => PassesThrough(TensorElementType.Float32, float.NaN, float.NegativeInfinity, -0f, float.Epsilon);

    [Fact]
    public void Float64_survives_a_run() => PassesThrough(TensorElementType.Float64, double.NaN, double.MaxValue, -0d, double.Epsilon);

    [Fact]
    public void Float16_survives_a_run() => PassesThrough(TensorElementType.Float16, Half.NaN, Half.MaxValue, (Half)(-1.5f), Half.Epsilon);

    [Fact]
    public void BFloat16_survives_a_run_as_its_bits() => PassesThrough<ushort>(TensorElementType.BFloat16, 0x3F80, 0x7FC0, 0xFF80, 1);

    [Fact]
    public void Bool_survives_a_run() => PassesThrough(TensorElementType.Bool, true, false, false, true);

    [Fact]
    public void Int8_survives_a_run() => PassesThrough<sbyte>(TensorElementType.Int8, sbyte.MinValue, -1, 0, sbyte.MaxValue);

    [Fact]
    public void UInt8_survives_a_run() => PassesThrough<byte>(TensorElementType.UInt8, 0, 1, 254, 255);

    [Fact]
    public void Int16_survives_a_run() => PassesThrough<short>(TensorElementType.Int16, short.MinValue, -1, 0, short.MaxValue);

    [Fact]
    public void UInt16_survives_a_run() => PassesThrough<ushort>(TensorElementType.UInt16, 0, 1, 2, ushort.MaxValue);

    [Fact]
    public void Int32_survives_a_run() => PassesThrough(TensorElementType.Int32, int.MinValue, -1, 0, int.MaxValue);

    [Fact]
    public void UInt32_survives_a_run() => PassesThrough(TensorElementType.UInt32, 0u, 1u, 2u, uint.MaxValue);

    [Fact]
    public void Int64_survives_a_run() => PassesThrough(TensorElementType.Int64, long.MinValue, -1, 0, long.MaxValue);

    [Fact]
    public void UInt64_survives_a_run() => PassesThrough(TensorElementType.UInt64, 0ul, 1ul, 2ul, ulong.MaxValue);

    [Theory]
    [InlineData(TensorElementType.Complex64)]
    [InlineData(TensorElementType.Complex128)]
    public void Complex_tensors_and_models_are_refused_by_onnxruntime_as_an_error(TensorElementType type)
    {
        var tensor = Assert.Throws<OrtException>(() => OrtTensor.Allocate(ort.Runtime, type, 2));
        Assert.Contains(type.Format(), tensor.Message, StringComparison.Ordinal);

        var model = Assert.Throws<OrtException>(() => ort.Load("identity_" + type.Format()));
        Assert.Contains(type.Format(), model.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_survive_a_run_with_zeros_emptiness_and_any_script()
    {
        string[] texts = ["plain", "", "zero\0inside", "grüße, 世界 🌍"];
        using var session = ort.Load("identity_string");
        using var x = OrtTensor.FromStrings(ort.Runtime, texts, 2, 2);
        using var y = OrtTensor.Allocate(ort.Runtime, TensorElementType.String, 2, 2);
        using var run = session.Prepare([new("x", x)], [new("y", y)]);
        using var dynamicRun = session.Prepare([new("x", x)], [new("y", null)]);

        run.Run();
        dynamicRun.Run();

        Assert.Equal(texts, x.GetStrings());
        Assert.Equal(texts, y.GetStrings());
        using var taken = dynamicRun.TakeOutput(0);
        Assert.Equal(texts, taken.GetStrings());
        x.SetStrings(["a", "much longer than what was there before it", "", "c"]);
        run.Run();
        Assert.Equal(["a", "much longer than what was there before it", "", "c"], y.GetStrings());
    }

    [Fact]
    public void Text_tensor_refuses_bytes_and_a_wrong_count()
    {
        using var text = OrtTensor.Allocate(ort.Runtime, TensorElementType.String, 2);
        Assert.Equal(["", ""], text.GetStrings());
        Assert.Throws<InvalidOperationException>(() => text.Bytes.Length);
        Assert.Throws<InvalidOperationException>(() => text.AsSpan<byte>().Length);
        Assert.Throws<ArgumentException>(() => text.SetStrings(["one"]));
        Assert.Throws<ArgumentException>(() => OrtTensor.FromStrings(ort.Runtime, ["one"], 2));

        using var empty = OrtTensor.FromStrings(ort.Runtime, [], 0);
        Assert.Empty(empty.GetStrings());
        using var number = OrtTensor.Allocate(ort.Runtime, TensorElementType.Float32, 2);
        Assert.Throws<InvalidOperationException>(number.GetStrings);
    }

    [Fact]
    public void Allocated_tensor_is_zero_and_on_a_cache_line()
    {
        using var tensor = OrtTensor.Allocate(ort.Runtime, TensorElementType.Float32, 3, 333);
        Assert.Equal(999, tensor.ElementCount);
        Assert.Equal([3L, 333L], tensor.Shape.ToArray());
        Assert.Equal(999 * 4, tensor.Bytes.Length);
        Assert.Equal(-1, tensor.Bytes.IndexOfAnyExcept((byte)0));
        unsafe
        {
            fixed (byte* first = tensor.Bytes)
            {
                Assert.Equal(0, (nint)first % 64);
            }
        }
    }

    [Fact]
    public void Scalar_has_one_element_and_an_empty_shape_none()
    {
        using var scalar = OrtTensor.Allocate(ort.Runtime, TensorElementType.Int64);
        Assert.Equal(1, scalar.ElementCount);
        Assert.Equal("int64[]", scalar.ToString());
        using var empty = OrtTensor.Allocate(ort.Runtime, TensorElementType.Int64, 3, 0);
        Assert.Equal(0, empty.Bytes.Length);
    }

    [Fact]
    public void Span_of_another_type_is_refused()
    {
        using var tensor = OrtTensor.Allocate(ort.Runtime, TensorElementType.Float32, 2);
        var e = Assert.Throws<InvalidOperationException>(() => tensor.AsSpan<int>().Length);
        Assert.Contains("float32[2]", e.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => tensor.AsSpan<Complex>().Length);
    }

    [Fact]
    public void Impossible_shapes_are_refused_before_memory_is_taken()
    {
        Assert.Throws<ArgumentException>(() => OrtTensor.Allocate(ort.Runtime, TensorElementType.Float32, -1));
        Assert.Throws<ArgumentException>(() => OrtTensor.Allocate(ort.Runtime, TensorElementType.Float32, 1 << 30, 1 << 30));
        Assert.Throws<ArgumentException>(() => OrtTensor.Allocate(ort.Runtime, TensorElementType.UInt8, long.MaxValue, long.MaxValue));
        Assert.Throws<ArgumentException>(() => OrtTensor.Allocate(ort.Runtime, TensorElementType.Undefined, 1));
    }

    [Fact]
    public void Disposed_tensor_gives_no_span()
    {
        var tensor = OrtTensor.Allocate(ort.Runtime, TensorElementType.Float32, 2);
        tensor.Dispose();
        tensor.Dispose();
        Assert.Throws<ObjectDisposedException>(() => tensor.Bytes.Length);
        Assert.Throws<ObjectDisposedException>(() => tensor.AsSpan<float>().Length);
    }

    private void PassesThrough<T>(TensorElementType type, params T[] values) where T : unmanaged
    {
        using var session = ort.Load("identity_" + type.Format());
        Assert.Equal(type, session.Inputs.Single().ElementType);
        using var x = OrtTensor.Allocate(ort.Runtime, type, 1, values.Length);
        using var y = OrtTensor.Allocate(ort.Runtime, type, 1, values.Length);
        values.CopyTo(x.AsSpan<T>());
        using var run = session.Prepare([new("x", x)], [new("y", y)]);
        using var dynamicRun = session.Prepare([new("x", x)], [new("y", null)]);

        run.Run();
        dynamicRun.Run();

        Assert.Equal(values, y.AsSpan<T>().ToArray());
        using var taken = dynamicRun.TakeOutput(0);
        Assert.Equal(type, taken.ElementType);
        Assert.True(x.Bytes.SequenceEqual(taken.Bytes));
    }
}
