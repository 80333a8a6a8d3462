using System.Runtime.CompilerServices;

namespace EdgeRunner.Inference.Plans.Elements;

/// <summary>float16, calculated in float32 and rounded once.</summary>
internal readonly struct HalfElement : IElement<Half, float>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(Half stored) => (float)stored;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Half Store(float value) => (Half)value;
}
