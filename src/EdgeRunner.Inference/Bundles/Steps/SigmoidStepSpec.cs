namespace EdgeRunner.Inference.Bundles.Steps;

/// <summary><c>1 / (1 + e^-x)</c> of each element, as ONNX's <c>Sigmoid</c>.</summary>
/// <param name="Name">Name of the step.</param>
/// <param name="Input">A float tensor of any shape.</param>
/// <param name="Output">The same type and shape; 0 to 1.</param>
public sealed record SigmoidStepSpec(string Name, string Input, string Output) : UnaryStepSpec(Name, Input, Output);
