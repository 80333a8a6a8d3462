namespace EdgeRunner.Inference.Bundles.Steps;

/// <summary><c>e^x / Σ e^x</c> over the entries along an axis, as ONNX's <c>Softmax</c>; the largest entry is taken off first, so that nothing overflows.</summary>
/// <param name="Name">Name of the step.</param>
/// <param name="Input">A float tensor with at least one dimension.</param>
/// <param name="Output">The same type and shape; the entries along the axis add up to 1.</param>
/// <param name="Axis">Dimension; -1 is the last.</param>
public sealed record SoftmaxStepSpec(string Name, string Input, string Output, int Axis = -1) : UnaryStepSpec(Name, Input, Output);
