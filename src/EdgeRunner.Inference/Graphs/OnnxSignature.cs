namespace EdgeRunner.Inference.Graphs;

/// <summary>Inputs and outputs of an ONNX file. Taken from a session, so that it is what ONNX Runtime will ask for; a type of its own,
/// so that graphs can be checked without one.</summary>
/// <param name="Inputs">Inputs that a run must be given.</param>
/// <param name="Outputs">Outputs that a run can give.</param>
public sealed record OnnxSignature(IReadOnlyList<OnnxPort> Inputs, IReadOnlyList<OnnxPort> Outputs);
