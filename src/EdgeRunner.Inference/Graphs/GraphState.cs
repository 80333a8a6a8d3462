
namespace EdgeRunner.Inference.Graphs;

/// <summary>What is known of a graph while it is checked, step by step.</summary>
internal sealed class GraphState(IReadOnlyDictionary<string, OnnxSignature> signatures, IOpenShapes? openShapes)
{
    internal IReadOnlyDictionary<string, OnnxSignature> Signatures { get; } = signatures;

    internal IOpenShapes? OpenShapes { get; } = openShapes;

    internal Dictionary<string, GraphTensor> Tensors { get; } = new(StringComparer.Ordinal);

    internal List<GraphError> Errors { get; } = [];

    internal List<TensorShare> Shares { get; } = [];

    /// <summary>Whether type and every dimension of a tensor are known.</summary>
    internal bool IsKnown(string name) => Tensors.TryGetValue(name, out var tensor) && tensor.IsFixed;
}
