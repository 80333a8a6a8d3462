using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Plans;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Ensembles;

/// <summary>Copies the columns of one member, or of the features, into their place in the rows the meta-model reads.</summary>
internal sealed class StackStep : PlanStep
{
    private readonly OrtTensor _from;
    private readonly OrtTensor _to;
    private readonly int _columnsBytes;
    private readonly int _skippedBytes;
    private readonly int _rowBytes;
    private readonly int _offsetBytes;

    private StackStep(OrtTensor from, OrtTensor to, int skipped, int offset)
    {
        var elementBytes = from.ElementType.SizeBytes();
        (_from, _to) = (from, to);
        (_columnsBytes, _rowBytes) = ((int)from.Shape[^1] * elementBytes, (int)to.Shape[^1] * elementBytes);
        (_skippedBytes, _offsetBytes) = (skipped * elementBytes, offset * elementBytes);
    }

    internal static void Compile(StackStepSpec step, PlanBuilder plan)
    {
        var row = plan.Tensor(step.Row);
        var offset = 0;
        foreach (var name in step.Reads)
        {
            var from = plan.Tensor(name);
            var skipped = step.Skipped(name);
            if (!plan.IsShared(name, step.Row, offset))
            {
                plan.Add(new StackStep(from, row, skipped, offset));
            }
            offset += (int)from.Shape[^1] - skipped;
        }
        plan.CompileInner(step.Meta);
    }

    internal override void Run(OrtRunOptions? options)
    {
        ReadOnlySpan<byte> from = _from.Bytes;
        var to = _to.Bytes;
        for (int start = 0, target = _offsetBytes; start < from.Length; start += _columnsBytes, target += _rowBytes)
        {
            from[(start + _skippedBytes)..(start + _columnsBytes)].CopyTo(to[target..]);
        }
    }
}
