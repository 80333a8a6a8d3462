using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Plans.Kernels;

/// <summary>The kernel of <see cref="CascadeStepSpec"/>: the rule, and either the inner kernels or copies of what stands in for them.</summary>
internal sealed class CascadeStep(CascadeCondition condition, PlanStep[] inner, CopyStep[] then, CopyStep[] otherwise, OrtTensor? ran) : PlanStep
{
    internal static void Compile(CascadeStepSpec step, PlanBuilder plan)
    {
        var inner = plan.CompileApart(step.Steps);
        plan.Add(new CascadeStep(
            CascadeCondition.Of(step.When, plan.Tensor(step.When.Tensor)),
            inner,
            [.. step.Outputs.Where(output => !plan.IsShared(output.Value.Then, output.Key, 0)).Select(output => new CopyStep(plan.Tensor(output.Value.Then), plan.Tensor(output.Key)))],
            [.. step.Outputs.Select(output => new CopyStep(plan.Tensor(output.Value.Else), plan.Tensor(output.Key)))],
            step.Ran is null ? null : plan.Tensor(step.Ran)));
    }

    internal override void Run(OrtRunOptions? options)
    {
        condition.Run(options);
        if (condition.Holds)
        {
            RunAll(inner, options);
            RunAll(then, options);
        }
        else
        {
            RunAll(otherwise, options);
        }
        if (ran is not null)
        {
            ran.AsSpan<bool>()[0] = condition.Holds;
        }
    }

    private protected override void Release() => Array.ForEach(inner, step => step.Dispose());

    private static void RunAll(PlanStep[] steps, OrtRunOptions? options)
    {
        foreach (var step in steps)
        {
            step.Run(options);
        }
    }
}
