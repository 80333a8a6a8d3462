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
    public static GraphCheck Check(ModelManifest manifest, IReadOnlyDictionary<string, OnnxSignature> signatures)
    {
        var tensors = new Dictionary<string, GraphTensor>(StringComparer.Ordinal);
        var errors = new List<GraphError>(CheckWiring(manifest));
        if (errors.Count > 0)
        {
            // Types along edges that do not exist would only repeat the same mistake in other words.
            return new GraphCheck(errors, tensors);
        }
        foreach (var tensor in Given(manifest))
        {
            tensors.Add(tensor.Name, tensor);
        }
        foreach (var made in Declared(manifest, errors))
        {
            tensors[made.Name] = made;
        }
        foreach (var step in manifest.Graph)
        {
            switch (step)
            {
                case OnnxStepSpec onnx: OnnxStepChecker.Check(onnx, signatures[onnx.File], tensors, errors); break;
                default: errors.Add(new GraphError(step.Name, null, "a step kind this program knows", step.GetType().Name)); break;
            }
        }
        return new GraphCheck(errors, tensors);
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
