using System.Numerics;

namespace EdgeRunner.Inference.Plans.Elements;

/// <summary>Makes a kernel for the element type that <see cref="ElementDispatch"/> found. Implemented by a small struct with the kernel's arguments.</summary>
internal interface IFloatKernel
{
    PlanStep Make<TElement, TStored, TMath>()
        where TElement : struct, IElement<TStored, TMath>
        where TStored : unmanaged
        where TMath : unmanaged, IFloatingPointIeee754<TMath>;
}
