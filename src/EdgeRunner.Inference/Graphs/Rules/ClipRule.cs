using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Graphs.Rules;

/// <summary>Bounds that the element type can hold, in order.</summary>
internal static class ClipRule
{
    /// <summary>Whole numbers a JSON number holds without loss.</summary>
    private const double MaxWhole = 1L << 53;

    internal static void Check(ClipStepSpec step, StepCheck check)
    {
        if (!check.TryRead(step.Input, ElementSets.Numbers, out var input))
        {
            return;
        }
        if (step is { Minimum: null, Maximum: null })
        {
            check.Error(null, "\"minimum\", \"maximum\" or both", "neither");
            return;
        }
        if (step.Minimum > step.Maximum)
        {
            check.Error(null, $"\"maximum\" of at least \"minimum\", which is {step.Minimum}", $"{step.Maximum}");
            return;
        }
        if (Fits(step.Minimum, "minimum", input, check) && Fits(step.Maximum, "maximum", input, check))
        {
            check.Make(step.Output, input.Type, input.Shape!);
        }
    }

    private static bool Fits(double? bound, string member, GraphTensor input, StepCheck check)
    {
        var (low, high) = Range(input.Type);
        var isWhole = ElementSets.Integers.Contains(input.Type);
        if (bound is not { } value || (value >= low && value <= high && (!isWhole || value == Math.Truncate(value))))
        {
            return true;
        }
        check.Error(input.Name, $"\"{member}\" {(isWhole ? "a whole number " : "")}from {low:r} to {high:r} for {input.Type.Format()}", $"{value:r}");
        return false;
    }

    private static (double Low, double High) Range(TensorElementType type) => type switch
    {
        TensorElementType.Int8 => (sbyte.MinValue, sbyte.MaxValue),
        TensorElementType.UInt8 => (0, byte.MaxValue),
        TensorElementType.Int16 => (short.MinValue, short.MaxValue),
        TensorElementType.UInt16 => (0, ushort.MaxValue),
        TensorElementType.Int32 => (int.MinValue, int.MaxValue),
        TensorElementType.UInt32 => (0, uint.MaxValue),
        TensorElementType.UInt64 => (0, MaxWhole),
        TensorElementType.Int64 => (-MaxWhole, MaxWhole),
        TensorElementType.Float16 => ((double)Half.MinValue, (double)Half.MaxValue),
        TensorElementType.Float64 => (double.MinValue, double.MaxValue),
        _ => (float.MinValue, float.MaxValue),
    };
}
