using System.Runtime.CompilerServices;
using EdgeRunner.Inference.Tensors;

namespace EdgeRunner.Inference.Plans.Elements;

/// <summary>bfloat16, held as its bits, calculated in float32 and rounded once.</summary>
internal readonly struct BFloat16Element : IElement<ushort, float>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(ushort stored) => BFloat16Bits.ToSingle(stored);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort Store(float value) => BFloat16Bits.FromSingle(value);
}
