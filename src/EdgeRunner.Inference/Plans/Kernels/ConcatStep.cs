using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Plans.Kernels;

/// <summary>Copies one input of a <see cref="ConcatStepSpec"/> into its place: for each entry before the axis one run of bytes.</summary>
internal sealed class ConcatStep : PlanStep
{
    private readonly OrtTensor _input;
    private readonly OrtTensor _output;
    private readonly int _runBytes;
    private readonly int _strideBytes;
    private readonly int _offsetBytes;

    private ConcatStep(OrtTensor input, OrtTensor output, int axis, int offsetBytes)
    {
        _input = input;
        _output = output;
        _runBytes = RunBytes(input, axis);
        _strideBytes = RunBytes(output, axis);
        _offsetBytes = offsetBytes;
    }

    internal static void Compile(ConcatStepSpec step, PlanBuilder plan)
    {
        var output = plan.Tensor(step.Output);
        var axis = step.Axis < 0 ? step.Axis + output.Shape.Length : step.Axis;
        var offset = 0;
        foreach (var name in step.Inputs)
        {
            var input = plan.Tensor(name);
            // Only the layout in which an input is one run is ever offered; there the offset is that of the elements before it.
            if (!plan.IsShared(name, step.Output, offset / output.ElementType.SizeBytes()))
            {
                plan.Add(new ConcatStep(input, output, axis, offset));
            }
            offset += RunBytes(input, axis);
        }
    }

    internal override void Run(OrtRunOptions? options)
    {
        ReadOnlySpan<byte> from = _input.Bytes;
        var to = _output.Bytes[_offsetBytes..];
        for (var start = 0; start < from.Length; start += _runBytes)
        {
            from.Slice(start, _runBytes).CopyTo(to);
            to = to.Length > _strideBytes ? to[_strideBytes..] : [];
        }
    }

    private static int RunBytes(OrtTensor tensor, int axis)
    {
        var bytes = tensor.ElementType.SizeBytes();
        foreach (var size in tensor.Shape[axis..])
        {
            bytes *= (int)size;
        }
        return bytes;
    }
}
