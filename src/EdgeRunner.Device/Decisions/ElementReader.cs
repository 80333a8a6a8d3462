using System.Runtime.InteropServices;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Decisions;

/// <summary>Reads one element of a tensor as a number, whatever its type.</summary>
internal static class ElementReader
{
    /// <summary>Element <paramref name="index"/>, in row-major order; bool is 0 or 1.</summary>
    public static double Read(TensorElementType type, ReadOnlySpan<byte> bytes, int index) => type switch
    {
        TensorElementType.Float32 => MemoryMarshal.Cast<byte, float>(bytes)[index],
        TensorElementType.Float64 => MemoryMarshal.Cast<byte, double>(bytes)[index],
        TensorElementType.Float16 => (double)MemoryMarshal.Cast<byte, Half>(bytes)[index],
        TensorElementType.BFloat16 => BitConverter.UInt32BitsToSingle((uint)MemoryMarshal.Cast<byte, ushort>(bytes)[index] << 16),
        TensorElementType.Bool => bytes[index] != 0 ? 1 : 0,
        TensorElementType.UInt8 => bytes[index],
        TensorElementType.Int8 => (sbyte)bytes[index],
        TensorElementType.UInt16 => MemoryMarshal.Cast<byte, ushort>(bytes)[index],
        TensorElementType.Int16 => MemoryMarshal.Cast<byte, short>(bytes)[index],
        TensorElementType.UInt32 => MemoryMarshal.Cast<byte, uint>(bytes)[index],
        TensorElementType.Int32 => MemoryMarshal.Cast<byte, int>(bytes)[index],
        TensorElementType.UInt64 => MemoryMarshal.Cast<byte, ulong>(bytes)[index],
        TensorElementType.Int64 => MemoryMarshal.Cast<byte, long>(bytes)[index],
        _ => double.NaN,
    };

    /// <summary>The type itself, if <see cref="Read"/> can read it.</summary>
    /// <exception cref="DecisionMismatchException">It is text or complex.</exception>
    public static TensorElementType RequireNumeric(TensorElementType type, string what) =>
        type is TensorElementType.String or TensorElementType.Complex64 or TensorElementType.Complex128 or TensorElementType.Undefined
            ? throw new DecisionMismatchException($"the {what} is {type.Format()}; a decision needs numbers or bool")
            : type;
}
