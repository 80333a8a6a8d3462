using EdgeRunner.Inference.Graphs;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Commands;

/// <summary>A step in the JSON of <c>edgerunner model show</c>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Inputs">What it reads.</param>
/// <param name="Outputs">What it makes.</param>
/// <param name="Files">ONNX files it runs.</param>
/// <param name="IsFree">Whether it costs nothing, as memory is shared.</param>
/// <param name="Microseconds">Mean time in µs; absent when it was not measured.</param>
/// <param name="Nested">Steps inside it.</param>
internal sealed record ModelStepOutput(
    string Name, string Kind, IReadOnlyList<ModelTensorOutput> Inputs, IReadOnlyList<ModelTensorOutput> Outputs, IReadOnlyList<string> Files, bool IsFree,
    double? Microseconds, IReadOnlyList<ModelStepOutput> Nested)
{
    public static IReadOnlyList<ModelStepOutput> From(IReadOnlyList<ModelStep> steps, StepTimes? times) =>
        [.. steps.Select((step, i) => new ModelStepOutput(
            step.Name, step.Kind, Tensors(step.Inputs), Tensors(step.Outputs), step.Files, step.IsFree, times?.Microseconds[i], From(step.Nested, times: null)))];

    private static IReadOnlyList<ModelTensorOutput> Tensors(IReadOnlyList<GraphTensor> tensors) =>
        [.. tensors.Select(tensor => new ModelTensorOutput(tensor.Name, tensor.Type.Format(), tensor.Shape ?? []))];
}

/// <summary>A tensor between steps.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Dimensions.</param>
internal sealed record ModelTensorOutput(string Name, string Type, IReadOnlyList<long> Shape);
