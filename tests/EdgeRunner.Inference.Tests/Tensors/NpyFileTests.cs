using System.Numerics;
using System.Text;
using EdgeRunner.Inference.Tensors;
using EdgeRunner.Native.OnnxRuntime;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Inference.Tests.Tensors;

public sealed class NpyFileTests
{
    [Theory]
    [InlineData("b1", TensorElementType.Bool)]
    [InlineData("u1", TensorElementType.UInt8)]
    [InlineData("i1", TensorElementType.Int8)]
    [InlineData("u2", TensorElementType.UInt16)]
    [InlineData("i2", TensorElementType.Int16)]
    [InlineData("u4", TensorElementType.UInt32)]
    [InlineData("i4", TensorElementType.Int32)]
    [InlineData("u8", TensorElementType.UInt64)]
    [InlineData("i8", TensorElementType.Int64)]
    [InlineData("f2", TensorElementType.Float16)]
    [InlineData("f4", TensorElementType.Float32)]
    [InlineData("f8", TensorElementType.Float64)]
    [InlineData("c8", TensorElementType.Complex64)]
    [InlineData("c16", TensorElementType.Complex128)]
    public void What_numpy_wrote_is_read_and_written_back_byte_for_byte(string code, TensorElementType type)
    {
        var file = NpyFixture.Read("little_" + code);
        var tensor = NpyFile.Read(file);
        Assert.Equal(type, tensor.ElementType);
        Assert.Equal([2, 3], tensor.Shape);
        Assert.Equal(file, NpyFile.Write(tensor));
    }

    [Fact]
    public void Values_numpy_wrote_come_out_as_they_are()
    {
        Assert.Equal([-2f, -1, 0, 1, 2, 3], NpyFile.Read(NpyFixture.Read("little_f4")).AsSpan<float>().ToArray());
        Assert.Equal([(Half)(-2), (Half)(-1), (Half)0, (Half)1, (Half)2, (Half)3], NpyFile.Read(NpyFixture.Read("little_f2")).AsSpan<Half>().ToArray());
        Assert.Equal(new Complex(5, 5), NpyFile.Read(NpyFixture.Read("little_c16")).AsSpan<Complex>()[5]);
        Assert.Equal([false, true, false, true, false, true], NpyFile.Read(NpyFixture.Read("little_b1")).AsSpan<bool>().ToArray());
        Assert.Equal([0x3F80, 0xC000], NpyFile.Read(NpyFixture.Read("bfloat16_V2")).AsSpan<ushort>().ToArray());
    }

    [Fact]
    public void Big_endian_files_are_turned_round()
    {
        Assert.Equal([0, 1, 2, 3, 4, 5], NpyFile.Read(NpyFixture.Read("big_i2")).AsSpan<short>().ToArray());
        Assert.Equal([0f, 1, 2, 3, 4, 5], NpyFile.Read(NpyFixture.Read("big_f4")).AsSpan<float>().ToArray());
        Assert.Equal([0L, 1, 2, 3, 4, 5], NpyFile.Read(NpyFixture.Read("big_i8")).AsSpan<long>().ToArray());
        Assert.Equal([0f, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0], System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(NpyFile.Read(NpyFixture.Read("big_c8")).Bytes.Span).ToArray());
        Assert.Equal(["0", "1", "2", "3", "4", "5"], NpyFile.Read(NpyFixture.Read("big_U3")).Strings);
    }

    [Fact]
    public void Fortran_order_becomes_row_major()
    {
        var tensor = NpyFile.Read(NpyFixture.Read("fortran_f4"));
        Assert.Equal([2, 3, 4], tensor.Shape);
        Assert.Equal(Enumerable.Range(0, 24).Select(i => (float)i), tensor.AsSpan<float>().ToArray());
    }

    [Fact]
    public void Text_keeps_its_characters()
    {
        Assert.Equal(["speech", "Wärme", "", "\U0001F600"], NpyFile.Read(NpyFixture.Read("text_U")).Strings);
        Assert.Equal(["abc", "de"], NpyFile.Read(NpyFixture.Read("text_S")).Strings);
        Assert.Equal(NpyFixture.Read("text_U"), NpyFile.Write(NpyFile.Read(NpyFixture.Read("text_U"))));
    }

    [Fact]
    public void Scalars_empty_arrays_and_later_versions_are_read()
    {
        Assert.Empty(NpyFile.Read(NpyFixture.Read("scalar")).Shape);
        Assert.Equal([1.5f], NpyFile.Read(NpyFixture.Read("scalar")).AsSpan<float>().ToArray());
        Assert.Equal([0, 3], NpyFile.Read(NpyFixture.Read("empty")).Shape);
        Assert.Equal(6, NpyFile.Read(NpyFixture.Read("version2")).ElementCount);
        Assert.Equal(6, NpyFile.Read(NpyFixture.Read("version3")).ElementCount);
    }

    [Theory]
    [InlineData("structured", "structured element types")]
    [InlineData("datetime", "'<M8[D]' is not one a tensor can have")]
    public void Types_no_tensor_has_are_refused_by_name(string fixture, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => NpyFile.Read(NpyFixture.Read(fixture))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 2), }", "more than")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", "whole numbers")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", "whole numbers")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'shape': (1,)}", "there twice")]
    [InlineData("{'descr': '<f4', 'fortran_order': False}", "it must hold")]
    [InlineData("{'descr': '<f4', 'fortran_order': Maybe, 'shape': ()}", "neither True nor False")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': ()} import os", "nothing after")]
    [InlineData("{'descr': '<U999999999', 'fortran_order': False, 'shape': ()}", "text of 999999999 characters")]
    [InlineData("{'descr': '', 'fortran_order': False, 'shape': ()}", "is not one a tensor can have")]
    [InlineData("", "expected")]
    public void Headers_that_lie_are_refused(string header, string message)
    {
        byte[] file = [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), 0, 0, 0, 0];
        Assert.Contains(message, Assert.Throws<FormatException>(() => NpyFile.Read(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_after_or_missing_from_the_elements_are_refused()
    {
        var file = NpyFixture.Read("little_f4");
        Assert.Throws<FormatException>(() => NpyFile.Read([.. file, 0]));
        Assert.Throws<FormatException>(() => NpyFile.Read(file.AsSpan(0, file.Length - 1)));
    }

    [Fact]
    public void Every_tensor_survives_a_round_trip() =>
        Prop.ForAll(AnyTensor.Arbitrary, tensor => AnyTensor.Same(tensor, NpyFile.Read(NpyFile.Write(tensor)))).QuickCheckThrowOnFailure();

    [Fact]
    public void Damaged_files_are_read_or_refused_and_never_crash()
    {
        var fixtures = Directory.GetFiles(NpyFixture.Directory, "*.npy").Select(File.ReadAllBytes).ToArray();
        var random = new Random(17);
        for (var i = 0; i < 20_000; i++)
        {
            var file = (byte[])fixtures[random.Next(fixtures.Length)].Clone();
            for (var flips = random.Next(1, 4); flips > 0; flips--)
            {
                file[random.Next(Math.Min(file.Length, 140))] = (byte)random.Next(256);
            }
            try
            {
                NpyFile.Read(file.AsSpan(0, random.Next(4) == 0 ? random.Next(file.Length) : file.Length));
            }
            catch (FormatException)
            {
                // The one answer to a damaged file.
            }
        }
    }
}
