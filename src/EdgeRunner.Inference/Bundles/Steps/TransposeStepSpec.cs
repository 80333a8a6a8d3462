namespace EdgeRunner.Inference.Bundles.Steps;

/// <summary>Reorders the dimensions, as ONNX's <c>Transpose</c>, e.g. <c>[1, H, W, 3]</c> to <c>[1, 3, H, W]</c> with <c>[0, 3, 1, 2]</c>.</summary>
/// <param name="Name">Name of the step.</param>
/// <param name="Input">A tensor of numbers or bool.</param>
/// <param name="Output">The same type.</param>
/// <param name="Permutation">For each dimension of the output, which one of the input it is; reversed when absent.</param>
public sealed record TransposeStepSpec(string Name, string Input, string Output, IReadOnlyList<int>? Permutation = null) : UnaryStepSpec(Name, Input, Output);
