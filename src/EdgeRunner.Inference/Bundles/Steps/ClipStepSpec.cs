namespace EdgeRunner.Inference.Bundles.Steps;

/// <summary>Moves values below a minimum to it and values above a maximum to that, as ONNX's <c>Clip</c>. NaN stays NaN.</summary>
/// <param name="Name">Name of the step.</param>
/// <param name="Input">A tensor of numbers.</param>
/// <param name="Output">The same type and shape.</param>
/// <param name="Minimum">Lower bound; none when absent.</param>
/// <param name="Maximum">Upper bound; none when absent.</param>
public sealed record ClipStepSpec(string Name, string Input, string Output, double? Minimum = null, double? Maximum = null) : UnaryStepSpec(Name, Input, Output);
