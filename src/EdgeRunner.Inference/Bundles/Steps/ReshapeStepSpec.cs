namespace EdgeRunner.Inference.Bundles.Steps;

/// <summary>The same elements under another shape, as ONNX's <c>Reshape</c>. Costs nothing at run time in most graphs.</summary>
/// <param name="Name">Name of the step.</param>
/// <param name="Input">A tensor of numbers or bool.</param>
/// <param name="Output">The same type.</param>
/// <param name="Shape">The new shape; one dimension may be -1 (what is left), a 0 keeps the dimension of the input at that place.</param>
public sealed record ReshapeStepSpec(string Name, string Input, string Output, IReadOnlyList<long> Shape) : UnaryStepSpec(Name, Input, Output);
