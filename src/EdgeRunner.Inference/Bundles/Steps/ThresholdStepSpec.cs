namespace EdgeRunner.Inference.Bundles.Steps;

/// <summary>Which elements reach a limit: <c>x ≥ limit</c>, as ONNX's <c>GreaterOrEqual</c>. NaN does not.</summary>
/// <param name="Name">Name of the step.</param>
/// <param name="Input">A tensor of numbers.</param>
/// <param name="Output">bool, of the same shape.</param>
/// <param name="Limit">One number, or one for each entry along the axis.</param>
/// <param name="Axis">Dimension the list goes along; -1 is the last.</param>
public sealed record ThresholdStepSpec(string Name, string Input, string Output, IReadOnlyList<double> Limit, int Axis = -1) : UnaryStepSpec(Name, Input, Output);
