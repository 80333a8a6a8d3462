using System.Runtime.InteropServices;
using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Graphs;
using EdgeRunner.Inference.Graphs.Rules;
using EdgeRunner.Inference.Plans.Elements;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Plans.Kernels;

/// <summary>The kernel of <see cref="SelectStepSpec"/>: for each entry before the axis the picked entries, one by one.</summary>
internal sealed class SelectStep<TWord>(OrtTensor input, OrtTensor output, AxisExtent extent, int[] indices) : PlanStep where TWord : unmanaged
{
    internal override void Run(OrtRunOptions? options)
    {
        ReadOnlySpan<TWord> from = MemoryMarshal.Cast<byte, TWord>(input.Bytes);
        var to = MemoryMarshal.Cast<byte, TWord>(output.Bytes);
        var inner = extent.Inner;
        for (var outer = 0; outer < extent.Outer; outer++, from = from[(extent.Size * inner)..])
        {
            foreach (var index in indices)
            {
                if (inner == 1)
                {
                    to[0] = from[index];
                }
                else
                {
                    from.Slice(index * inner, inner).CopyTo(to);
                }
                to = to[inner..];
            }
        }
    }
}

/// <summary>Makes the kernel for the width of the elements.</summary>
internal static class SelectStep
{
    internal static void Compile(SelectStepSpec step, PlanBuilder plan)
    {
        var input = plan.Tensor(step.Input);
        var extent = AxisExtent.Of(input.Shape, step.Axis);
        var indices = SelectRule.Resolve(step, extent.Size);
        // Offered, and so perhaps shared, only where the picked entries follow each other.
        if (!plan.IsShared(step.Output, step.Input, (long)indices[0] * extent.Inner))
        {
            plan.Add(ElementDispatch.Word(input.ElementType, new Kernel(input, plan.Tensor(step.Output), extent, indices)));
        }
    }

    private readonly struct Kernel(OrtTensor input, OrtTensor output, AxisExtent extent, int[] indices) : IWordKernel
    {
        public PlanStep Make<TWord>() where TWord : unmanaged => new SelectStep<TWord>(input, output, extent, indices);
    }
}
