using System.Runtime.InteropServices;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Tests.Decisions;

/// <summary>Model outputs as bytes.</summary>
internal static class Outputs
{
    public static byte[] Of<T>(params T[] values)
        where T : unmanaged => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    /// <summary>Small whole numbers as any type.</summary>
    public static byte[] Of(TensorElementType type, params int[] values) => type switch
    {
        TensorElementType.Float32 => Of([.. values.Select(value => (float)value)]),
        TensorElementType.Float64 => Of([.. values.Select(value => (double)value)]),
        TensorElementType.Float16 => Of([.. values.Select(value => (Half)value)]),
        TensorElementType.BFloat16 => Of([.. values.Select(value => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16))]),
        TensorElementType.Bool => Of([.. values.Select(value => value != 0)]),
        TensorElementType.Int8 => Of([.. values.Select(value => (sbyte)value)]),
        TensorElementType.UInt8 => Of([.. values.Select(value => (byte)value)]),
        TensorElementType.Int16 => Of([.. values.Select(value => (short)value)]),
        TensorElementType.UInt16 => Of([.. values.Select(value => (ushort)value)]),
        TensorElementType.Int32 => Of(values),
        TensorElementType.UInt32 => Of([.. values.Select(value => (uint)value)]),
        TensorElementType.Int64 => Of([.. values.Select(value => (long)value)]),
        TensorElementType.UInt64 => Of([.. values.Select(value => (ulong)value)]),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };
}
