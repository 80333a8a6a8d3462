using EdgeRunner.Inference.Bundles.Steps;

namespace EdgeRunner.Inference.Graphs;

/// <summary>Finds the shapes that an ONNX file leaves open, by running it.</summary>
internal interface IOpenShapes
{
    /// <summary>Called for each step, in the order in which they run, when it fits. Replaces what <paramref name="tensors"/> says of the
    /// step's results where that is open.</summary>
    void Resolve(StepSpec step, IDictionary<string, GraphTensor> tensors);
}
