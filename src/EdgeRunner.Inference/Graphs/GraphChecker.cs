using EdgeRunner.Inference.Bundles;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Graphs;

/// <summary>Checks that the steps of a manifest fit together and fit the files they run: at pack time and again at load.</summary>
public static class GraphChecker
{
    /// <summary>Names, order, cycles, repeats and unused tensors: all that can be said without the ONNX files.</summary>
    public static IReadOnlyList<GraphError> CheckWiring(ModelManifest manifest) => GraphWiring.Check(manifest);

    /// <summary>The wiring, and types and shapes along every edge.</summary>
    /// <param name="manifest">The manifest.</param>
    /// <param name="signatures">Signature of each ONNX file that a step names, by file name.</param>
    /// <exception cref="KeyNotFoundException">A step's file has no signature.</exception>
    public static GraphCheck Check(ModelManifest manifest, IReadOnlyDictionary<string, OnnxSignature> signatures) => Check(manifest, signatures, openShapes: null);

    /// <summary>As the public one; shapes the files leave open are found by <paramref name="openShapes"/>. Without it, steps that would read
    /// such a tensor are not checked.</summary>
    internal static GraphCheck Check(ModelManifest manifest, IReadOnlyDictionary<string, OnnxSignature> signatures, IOpenShapes? openShapes)
    {
        var graph = new GraphState(signatures, openShapes);
        graph.Errors.AddRange(CheckWiring(manifest));
        if (graph.Errors.Count > 0)
        {
            // Types along edges that do not exist would only repeat the same mistake in other words.
            return new GraphCheck(graph.Errors, graph.Tensors);
        }
        foreach (var tensor in Given(manifest).Concat(Declared(manifest, graph.Errors)))
        {
            graph.Tensors.Add(tensor.Name, tensor);
        }
        foreach (var step in manifest.Graph)
        {
            StepCheck.Run(step, graph);
        }
        return new GraphCheck(graph.Errors, graph.Tensors) { Shares = graph.Shares };
    }

    private static IEnumerable<GraphTensor> Given(ModelManifest manifest) =>
        manifest.Inputs.Select(input => new GraphTensor(input.Name, GraphTensorKind.Input, input.Type, input.Shape))
            .Concat(manifest.Constants.Select(constant => new GraphTensor(constant.Name, GraphTensorKind.Constant, constant.Type, constant.Shape)))
            .Concat(manifest.States.Select(state => new GraphTensor(state.Name, GraphTensorKind.State, state.Type, state.Shape)));

    /// <summary>Tensors that steps make and of which the manifest states type and shape: model outputs and next states.</summary>
    private static Dictionary<string, GraphTensor>.ValueCollection Declared(ModelManifest manifest, List<GraphError> errors)
    {
        var declared = manifest.Outputs.ToDictionary(
            output => output.Name,
            output => new GraphTensor(output.Name, GraphTensorKind.Made, output.Type, output.Shape), StringComparer.Ordinal);
        foreach (var state in manifest.States)
        {
            var next = new GraphTensor(state.Next, GraphTensorKind.Made, state.Type, state.Shape);
            if (declared.TryGetValue(state.Next, out var output) && (output.Type != next.Type || !output.Shape!.SequenceEqual(next.Shape!)))
            {
                errors.Add(new GraphError(null, state.Next, $"{next} as state \"{state.Name}\" says", $"{output} in outputs"));
            }
            declared[state.Next] = next;
        }
        return declared.Values;
    }

    /// <summary>Whether the element type is one a graph can carry.</summary>
    internal static bool IsTensor(TensorElementType type) => type != TensorElementType.Undefined;
}
