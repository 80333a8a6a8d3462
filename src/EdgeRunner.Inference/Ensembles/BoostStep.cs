using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Plans;

namespace EdgeRunner.Inference.Ensembles;

/// <summary>Makes the kernel for the method of a boost step.</summary>
internal static class BoostStep
{
    internal static void Compile(BoostStepSpec step, PlanBuilder plan) => plan.Add(step.Method switch
    {
        BoostMethod.Additive => new AdditiveBoostStep(step, plan),
        BoostMethod.Samme => new SammeStep(step, plan),
        _ => new SammeRealStep(step, plan),
    });
}
