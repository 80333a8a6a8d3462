namespace EdgeRunner.Inference.Bundles.Steps;

/// <summary>Where the largest entry along an axis is, as ONNX's <c>ArgMax</c>: of equal ones the first. NaN is below every number.</summary>
/// <param name="Name">Name of the step.</param>
/// <param name="Input">A tensor of numbers with at least one dimension.</param>
/// <param name="Output">int64.</param>
/// <param name="Axis">Dimension; -1 is the last.</param>
/// <param name="KeepDimension">Whether the axis stays, with size 1, or goes.</param>
public sealed record ArgmaxStepSpec(string Name, string Input, string Output, int Axis = -1, bool KeepDimension = true) : UnaryStepSpec(Name, Input, Output);
