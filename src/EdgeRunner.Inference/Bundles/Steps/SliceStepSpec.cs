namespace EdgeRunner.Inference.Bundles.Steps;

/// <summary>Cuts a range out of one or more axes, as ONNX's <c>Slice</c>: negative positions count from the end, positions past an end are
/// moved to it.</summary>
/// <param name="Name">Name of the step.</param>
/// <param name="Input">A tensor of numbers or bool.</param>
/// <param name="Output">The same type and rank.</param>
/// <param name="Starts">First position, for each axis.</param>
/// <param name="Ends">Position after the last, for each axis.</param>
/// <param name="Axes">Which axes; the first ones when absent.</param>
/// <param name="Steps">Distance from one entry to the next, negative to go backwards; 1 when absent.</param>
public sealed record SliceStepSpec(
    string Name,
    string Input,
    string Output,
    IReadOnlyList<long> Starts,
    IReadOnlyList<long> Ends,
    IReadOnlyList<int>? Axes = null,
    IReadOnlyList<long>? Steps = null) : UnaryStepSpec(Name, Input, Output);
