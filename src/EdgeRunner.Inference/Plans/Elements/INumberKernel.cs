using System.Numerics;

namespace EdgeRunner.Inference.Plans.Elements;

/// <summary>As <see cref="IFloatKernel"/>, for kinds that also work on integers.</summary>
internal interface INumberKernel
{
    PlanStep Make<TElement, TStored, TMath>()
        where TElement : struct, IElement<TStored, TMath>
        where TStored : unmanaged
        where TMath : unmanaged, INumber<TMath>, IMinMaxValue<TMath>;
}
