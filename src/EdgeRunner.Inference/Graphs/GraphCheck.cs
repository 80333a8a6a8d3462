namespace EdgeRunner.Inference.Graphs;

/// <summary>What <see cref="GraphChecker"/> found.</summary>
/// <param name="Errors">Everything that does not fit; empty when the graph can run.</param>
/// <param name="Tensors">Every tensor of the graph by name. Type and shape of those that steps make come from the manifest where it
/// states them, otherwise from the ONNX file, with open dimensions filled in where an input fixes them.</param>
public sealed record GraphCheck(IReadOnlyList<GraphError> Errors, IReadOnlyDictionary<string, GraphTensor> Tensors)
{
    /// <summary>Tensors that could share memory, in the order of the steps that offer it.</summary>
    internal IReadOnlyList<TensorShare> Shares { get; init; } = [];
}
