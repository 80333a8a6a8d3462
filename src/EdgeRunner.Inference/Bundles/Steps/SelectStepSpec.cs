namespace EdgeRunner.Inference.Bundles.Steps;

/// <summary>Picks entries along an axis, in the order given, as ONNX's <c>Gather</c>: the columns one member of an ensemble sees.</summary>
/// <param name="Name">Name of the step.</param>
/// <param name="Input">A tensor of numbers or bool with at least one dimension.</param>
/// <param name="Output">The same type; along the axis as long as <paramref name="Indices"/>.</param>
/// <param name="Indices">Which entries; negative counts from the end; an entry may be picked more than once.</param>
/// <param name="Axis">Dimension they are picked along; -1 is the last.</param>
public sealed record SelectStepSpec(string Name, string Input, string Output, IReadOnlyList<long> Indices, int Axis = -1) : UnaryStepSpec(Name, Input, Output);
