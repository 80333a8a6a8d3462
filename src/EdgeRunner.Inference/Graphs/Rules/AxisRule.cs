using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Graphs.Rules;

/// <summary>Kinds that look at all entries along an axis.</summary>
internal static class AxisRule
{
    internal static void CheckSoftmax(SoftmaxStepSpec step, StepCheck check)
    {
        if (check.TryRead(step.Input, ElementSets.Floats, out var input) && check.TryAxis(input, step.Axis, out _))
        {
            check.Make(step.Output, input.Type, input.Shape!);
        }
    }

    internal static void CheckArgmax(ArgmaxStepSpec step, StepCheck check)
    {
        if (check.TryRead(step.Input, ElementSets.Numbers, out var input) && check.TryAxis(input, step.Axis, out var axis))
        {
            List<long> shape = [.. input.Shape!];
            shape[axis] = 1;
            if (!step.KeepDimension)
            {
                shape.RemoveAt(axis);
            }
            check.Make(step.Output, TensorElementType.Int64, shape);
        }
    }

    internal static void CheckTopK(TopKStepSpec step, StepCheck check)
    {
        if (!check.TryRead(step.Input, ElementSets.Numbers, out var input) || !check.TryAxis(input, step.Axis, out var axis))
        {
            return;
        }
        if (step.K < 1 || step.K > input.Shape![axis])
        {
            check.Error(input.Name, $"\"k\" from 1 to {input.Shape![axis]}, the size of axis {axis}", $"{step.K} with {input}");
            return;
        }
        long[] shape = [.. input.Shape];
        shape[axis] = step.K;
        if (step.Values is not null)
        {
            check.Make(step.Values, input.Type, shape);
        }
        if (step.Indices is not null)
        {
            check.Make(step.Indices, TensorElementType.Int64, shape);
        }
    }
}
