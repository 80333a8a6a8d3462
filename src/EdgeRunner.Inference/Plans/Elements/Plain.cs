using System.Numerics;
using System.Runtime.CompilerServices;

namespace EdgeRunner.Inference.Plans.Elements;

/// <summary>An element that is calculated in its own type.</summary>
internal readonly struct Plain<T> : IElement<T, T> where T : unmanaged, INumber<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Load(T stored) => stored;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Store(T value) => value;
}
