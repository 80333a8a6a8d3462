using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Plans;

/// <summary>Runs an ONNX file: one native call.</summary>
internal sealed class OnnxPlanStep(OrtPreparedRun run) : PlanStep
{
    internal static void Compile(OnnxStepSpec step, PlanBuilder plan) => plan.Add(new OnnxPlanStep(plan.Session(step.File).Prepare(
        [.. step.Inputs.Select(input => new OrtBinding(input.Key, plan.Tensor(input.Value)))],
        [.. step.Outputs.Select(output => new OrtBinding(output.Key, plan.Tensor(output.Value)))])));

    internal override void Run(OrtRunOptions? options) => run.Run(options);

    private protected override void Release() => run.Dispose();
}
