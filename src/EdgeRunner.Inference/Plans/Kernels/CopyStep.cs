using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Plans.Kernels;

/// <summary>Copies all elements: what is left of a step whose result could not lie in the memory of its input.</summary>
internal sealed class CopyStep(OrtTensor input, OrtTensor output) : PlanStep
{
    internal static void Compile(ReshapeStepSpec step, PlanBuilder plan) => AddUnlessShared(step, plan);

    internal static void AddUnlessShared(UnaryStepSpec step, PlanBuilder plan)
    {
        if (!plan.IsShared(step.Output, step.Input, 0))
        {
            plan.Add(new CopyStep(plan.Tensor(step.Input), plan.Tensor(step.Output)));
        }
    }

    internal override void Run(OrtRunOptions? options) => input.Bytes.CopyTo(output.Bytes);
}
