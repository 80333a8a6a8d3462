using System.Numerics;

namespace EdgeRunner.Inference.Plans.Elements;

/// <summary>How an element lies in memory, and the type it is calculated in. Static members only, so that a kernel over it compiles to the
/// same loop as one written for the type.</summary>
/// <typeparam name="TStored">The .NET type of the element in memory, as <see cref="Native.OnnxRuntime.OrtTensor.AsSpan{T}"/> takes it.</typeparam>
/// <typeparam name="TMath">The type it is calculated in.</typeparam>
internal interface IElement<TStored, TMath>
    where TStored : unmanaged
    where TMath : unmanaged, INumber<TMath>
{
    static abstract TMath Load(TStored stored);

    static abstract TStored Store(TMath value);
}
