using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Bundles.Steps;

/// <summary>Another element type, as ONNX's <c>Cast</c>: floats are cut towards zero on the way to integers, integers keep their low bits, and
/// all but 0 is <c>true</c>. What ONNX leaves open is fixed: a float past an integer type's range becomes its nearest value, NaN becomes 0.</summary>
/// <param name="Name">Name of the step.</param>
/// <param name="Input">A tensor of numbers or bool.</param>
/// <param name="Output">The same shape.</param>
/// <param name="To">Element type of the output.</param>
public sealed record CastStepSpec(string Name, string Input, string Output, TensorElementType To) : UnaryStepSpec(Name, Input, Output);
