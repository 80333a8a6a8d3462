namespace EdgeRunner.Inference.Bundles.Steps;

/// <summary><c>x × factor + offset</c>, as ONNX's <c>Mul</c> and <c>Add</c>.</summary>
/// <param name="Name">Name of the step.</param>
/// <param name="Input">A float tensor.</param>
/// <param name="Output">The same type and shape.</param>
/// <param name="Factor">One number, or one for each entry along the axis; 1 when absent.</param>
/// <param name="Offset">One number, or one for each entry along the axis; 0 when absent.</param>
/// <param name="Axis">Dimension the lists go along; -1 is the last.</param>
public sealed record ScaleStepSpec(
    string Name,
    string Input,
    string Output,
    IReadOnlyList<double>? Factor = null,
    IReadOnlyList<double>? Offset = null,
    int Axis = -1) : UnaryStepSpec(Name, Input, Output);
