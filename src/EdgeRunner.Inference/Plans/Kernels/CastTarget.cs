using System.Numerics;
using System.Runtime.InteropServices;
using EdgeRunner.Inference.Tensors;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Plans.Kernels;

/// <summary>The second half of a cast: from the widest type of a sort (double, long or ulong) to the target.</summary>
internal abstract class CastTarget
{
    internal static CastTarget Of(TensorElementType type) => type switch
    {
        TensorElementType.Float32 => new ToNumber<float>(),
        TensorElementType.Float64 => new ToNumber<double>(),
        TensorElementType.Float16 => new ToNumber<Half>(),
        TensorElementType.BFloat16 => new ToBFloat16(),
        TensorElementType.Int8 => new ToNumber<sbyte>(),
        TensorElementType.Int16 => new ToNumber<short>(),
        TensorElementType.Int32 => new ToNumber<int>(),
        TensorElementType.Int64 => new ToNumber<long>(),
        TensorElementType.UInt8 => new ToNumber<byte>(),
        TensorElementType.UInt16 => new ToNumber<ushort>(),
        TensorElementType.UInt32 => new ToNumber<uint>(),
        TensorElementType.UInt64 => new ToNumber<ulong>(),
        _ => new ToBool(),
    };

    /// <summary>Writes a block of elements from <paramref name="start"/> on.</summary>
    internal void Store<TWide>(ReadOnlySpan<TWide> from, int start, OrtTensor to) where TWide : unmanaged, INumber<TWide>
    {
        if (typeof(TWide) == typeof(double))
        {
            Store(MemoryMarshal.Cast<TWide, double>(from), start, to);
        }
        else if (typeof(TWide) == typeof(long))
        {
            Store(MemoryMarshal.Cast<TWide, long>(from), start, to);
        }
        else
        {
            Store(MemoryMarshal.Cast<TWide, ulong>(from), start, to);
        }
    }

    private protected abstract void Store(ReadOnlySpan<double> from, int start, OrtTensor to);

    private protected abstract void Store(ReadOnlySpan<long> from, int start, OrtTensor to);

    private protected abstract void Store(ReadOnlySpan<ulong> from, int start, OrtTensor to);

    private sealed class ToNumber<T> : CastTarget where T : unmanaged, INumber<T>
    {
        // Saturating: what C++ leaves undefined (a float past the range of an integer) is then the same on every processor.
        private protected override void Store(ReadOnlySpan<double> from, int start, OrtTensor to)
        {
            var target = to.AsSpan<T>().Slice(start, from.Length);
            for (var i = 0; i < from.Length; i++)
            {
                target[i] = T.CreateSaturating(from[i]);
            }
        }

        private protected override void Store(ReadOnlySpan<long> from, int start, OrtTensor to)
        {
            var target = to.AsSpan<T>().Slice(start, from.Length);
            for (var i = 0; i < from.Length; i++)
            {
                target[i] = T.CreateTruncating(from[i]);
            }
        }

        private protected override void Store(ReadOnlySpan<ulong> from, int start, OrtTensor to)
        {
            var target = to.AsSpan<T>().Slice(start, from.Length);
            for (var i = 0; i < from.Length; i++)
            {
                target[i] = T.CreateTruncating(from[i]);
            }
        }
    }

    private sealed class ToBFloat16 : CastTarget
    {
        private protected override void Store(ReadOnlySpan<double> from, int start, OrtTensor to)
        {
            var target = to.AsSpan<ushort>().Slice(start, from.Length);
            for (var i = 0; i < from.Length; i++)
            {
                target[i] = BFloat16Bits.FromSingle((float)from[i]);
            }
        }

        private protected override void Store(ReadOnlySpan<long> from, int start, OrtTensor to)
        {
            var target = to.AsSpan<ushort>().Slice(start, from.Length);
            for (var i = 0; i < from.Length; i++)
            {
                target[i] = BFloat16Bits.FromSingle(from[i]);
            }
        }

        private protected override void Store(ReadOnlySpan<ulong> from, int start, OrtTensor to)
        {
            var target = to.AsSpan<ushort>().Slice(start, from.Length);
            for (var i = 0; i < from.Length; i++)
            {
                target[i] = BFloat16Bits.FromSingle(from[i]);
            }
        }
    }

    private sealed class ToBool : CastTarget
    {
        private protected override void Store(ReadOnlySpan<double> from, int start, OrtTensor to) => StoreAny(from, start, to);

        private protected override void Store(ReadOnlySpan<long> from, int start, OrtTensor to) => StoreAny(from, start, to);

        private protected override void Store(ReadOnlySpan<ulong> from, int start, OrtTensor to) => StoreAny(from, start, to);

        private static void StoreAny<TWide>(ReadOnlySpan<TWide> from, int start, OrtTensor to) where TWide : unmanaged, INumber<TWide>
        {
            var target = to.AsSpan<bool>().Slice(start, from.Length);
            for (var i = 0; i < from.Length; i++)
            {
                target[i] = from[i] != TWide.Zero;
            }
        }
    }
}
