using EdgeRunner.Inference.Graphs;

namespace EdgeRunner.Inference.Sessions;

/// <summary>A step of a loaded model: what it reads and makes, with every shape known.</summary>
/// <param name="Name">Its name in the manifest.</param>
/// <param name="Kind">The manifest's <c>step</c>, e.g. <c>onnx</c> or <c>softmax</c>.</param>
/// <param name="Inputs">What it reads.</param>
/// <param name="Outputs">What it makes.</param>
/// <param name="Files">The <c>.onnx</c> files it runs; empty for built-in kinds.</param>
/// <param name="IsFree">Whether nothing is left to do at run time, as the results lie in memory that other steps fill.</param>
/// <param name="Nested">Steps inside this one.</param>
public sealed record ModelStep(
    string Name,
    string Kind,
    IReadOnlyList<GraphTensor> Inputs,
    IReadOnlyList<GraphTensor> Outputs,
    IReadOnlyList<string> Files,
    bool IsFree,
    IReadOnlyList<ModelStep> Nested);
