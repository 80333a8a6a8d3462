using EdgeRunner.Inference.Tensors;
using EdgeRunner.Native.OnnxRuntime;
using FsCheck;
using FsCheck.Fluent;
using static EdgeRunner.Inference.Tests.Tensors.TensorProtoBytes;

namespace EdgeRunner.Inference.Tests.Tensors;

public sealed class TensorProtoReaderTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_tensor_is_read_back_from_raw_and_from_typed_fields(bool raw) => Prop.ForAll(AnyTensor.Arbitrary, tensor =>
    {
        var read = TensorProtoReader.Read(Write(tensor, raw, "name"));
        return string.Equals(read.Name, "name", StringComparison.Ordinal) && AnyTensor.Same(tensor, read.Tensor);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Numbers_one_by_one_are_read_like_packed_ones()
    {
        var message = Message(output =>
        {
            Varint(output, 1, 2);
            Varint(output, 2, (ulong)TensorElementType.Int64);
            Varint(output, 7, 5);
            Varint(output, 7, ulong.MaxValue);
        });
        Assert.Equal([5, -1], TensorProtoReader.Read(message).Tensor.AsSpan<long>().ToArray());
    }

    [Fact]
    public void Values_outside_a_small_type_are_refused_with_their_place()
    {
        var message = Message(output =>
        {
            Varint(output, 1, 1);
            Varint(output, 2, (ulong)TensorElementType.UInt8);
            Varint(output, 5, 256);
        });
        Assert.Equal("element 0 = 256 is not a uint8", Assert.Throws<FormatException>(() => TensorProtoReader.Read(message)).Message);
    }

    [Fact]
    public void Huge_shapes_are_refused_before_memory_is_taken()
    {
        var message = Message(output =>
        {
            Varint(output, 1, long.MaxValue);
            Varint(output, 1, long.MaxValue);
            Varint(output, 1, 0);
            Varint(output, 2, (ulong)TensorElementType.Float32);
        });
        Assert.Contains("more than", Assert.Throws<FormatException>(() => TensorProtoReader.Read(message)).Message, StringComparison.Ordinal);
        var deep = Message(output =>
        {
            for (var i = 0; i < 33; i++)
            {
                Varint(output, 1, 1);
            }
            Varint(output, 2, 1);
        });
        Assert.Contains("33 dimensions", Assert.Throws<FormatException>(() => TensorProtoReader.Read(deep)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Raw_and_typed_data_at_once_are_refused()
    {
        var tensor = TensorData.From<float>(TensorElementType.Float32, [1], [1f]);
        byte[] both = [.. Write(tensor, raw: true), .. Message(output => Bytes(output, 4, [0, 0, 0, 0]))];
        Assert.Contains("twice", Assert.Throws<FormatException>(() => TensorProtoReader.Read(both)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void External_data_segments_and_small_floats_are_unsupported_not_broken()
    {
        var external = Message(output =>
        {
            Varint(output, 2, 1);
            Bytes(output, 13, []);
            Varint(output, 14, 1);
        });
        Assert.Throws<NotSupportedException>(() => TensorProtoReader.Read(external));
        Assert.Throws<NotSupportedException>(() => TensorProtoReader.Read(Message(output => Varint(output, 2, 17))));
    }

    [Fact]
    public void Damaged_messages_are_read_or_refused_and_never_crash()
    {
        var random = new Random(23);
        byte[][] messages =
        [
            Write(TensorData.From<float>(TensorElementType.Float32, [2, 2], [1f, 2, 3, 4]), raw: false),
            Write(TensorData.From<short>(TensorElementType.Int16, [3], [1, 2, -3]), raw: false),
            Write(TensorData.FromStrings([2], ["a", "ö"]), raw: false),
            Write(TensorData.Zeros(TensorElementType.Complex128, [1, 2]), raw: true),
        ];
        for (var i = 0; i < 20_000; i++)
        {
            var message = (byte[])messages[random.Next(messages.Length)].Clone();
            message[random.Next(message.Length)] = (byte)random.Next(256);
            try
            {
                TensorProtoReader.Read(message[..(random.Next(4) == 0 ? random.Next(message.Length) : message.Length)]);
            }
            catch (Exception e) when (e is FormatException or NotSupportedException)
            {
                // The two answers the reader promises.
            }
        }
    }

    [SkippableOnnxFact]
    public void Every_tensor_of_the_onnx_backend_suite_is_read()
    {
        var read = 0;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(SkippableOnnxFactAttribute.Root, "node"), "*.pb", SearchOption.AllDirectories)
            .Where(file => !file.Contains("sequence", StringComparison.Ordinal) && !file.Contains("_opt", StringComparison.Ordinal)
                && !file.Contains("_seq", StringComparison.Ordinal) && !file.Contains("/test_loop", StringComparison.Ordinal) && !file.Contains("/test_identity_", StringComparison.Ordinal)))
        {
            try
            {
                _ = TensorProtoReader.Read(File.ReadAllBytes(file));
                read++;
            }
            catch (Exception e) when (e is FormatException or NotSupportedException)
            {
                Assert.Fail($"{file}: {e.Message}");
            }
        }
        Assert.True(read > 1000, $"only {read} tensors read");
    }
}
