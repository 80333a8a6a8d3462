namespace EdgeRunner.Inference.Plans.Elements;

/// <summary>As <see cref="IFloatKernel"/>, for kernels that only move elements: the type is the word of their width.</summary>
internal interface IWordKernel
{
    PlanStep Make<TWord>() where TWord : unmanaged;
}
