using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Graphs;

/// <summary>What a <see cref="StepRule{TSpec}"/> sees of the graph while one step is checked, and where it leaves what it finds.</summary>
internal sealed class StepCheck
{
    private readonly GraphState _graph;
    private readonly int _errorsBefore;

    private StepCheck(StepSpec step, GraphState graph)
    {
        Step = step;
        _graph = graph;
        _errorsBefore = graph.Errors.Count;
    }

    internal StepSpec Step { get; }

    /// <summary>Whether this step has an error already.</summary>
    internal bool HasErrors => _graph.Errors.Count > _errorsBefore;

    /// <summary>Checks a step, and has its open shapes resolved when it fits.</summary>
    internal static void Run(StepSpec step, GraphState graph)
    {
        var kind = StepKinds.Of(step);
        // A tensor that is not known comes from a step that was refused, or of which nobody could measure the shape: what follows from it
        // would only repeat that.
        if (!kind.TakesOpenShapes && !step.Reads.All(graph.IsKnown))
        {
            return;
        }
        var check = new StepCheck(step, graph);
        if (!kind.TakesOpenShapes && step.Reads.Select(check.Read).FirstOrDefault(tensor => tensor.Shape!.Contains(0)) is { } empty)
        {
            check.Error(empty.Name, "at least one element", empty.ToString());
            return;
        }
        kind.Check(step, check);
        if (graph.Errors.Count == 0)
        {
            graph.OpenShapes?.Resolve(step, graph.Tensors);
        }
    }

    /// <summary>Checks a step inside this one, at this point of the order.</summary>
    internal void CheckInner(StepSpec inner) => Run(inner, _graph);

    /// <summary>What is known of a tensor that the step reads. For kinds that do not take open shapes, all of it is, and no dimension is -1.</summary>
    internal GraphTensor Read(string tensor) => _graph.Tensors[tensor];

    /// <summary>As <see cref="Read"/>, for kinds that take open shapes; null when the step that makes it was refused.</summary>
    internal GraphTensor? Find(string tensor) => _graph.Tensors.GetValueOrDefault(tensor);

    /// <summary>What the manifest declares of a tensor that this step makes; null when it leaves that to the step.</summary>
    internal GraphTensor? Declared(string tensor) => _graph.Tensors.GetValueOrDefault(tensor);

    /// <summary>Signature of an ONNX file.</summary>
    internal OnnxSignature Signature(string file) => _graph.Signatures[file];

    /// <summary>Reads a tensor whose element type must be one of <paramref name="types"/>.</summary>
    internal bool TryRead(string name, ReadOnlySpan<TensorElementType> types, out GraphTensor tensor)
    {
        tensor = Read(name);
        if (types.Contains(tensor.Type))
        {
            return true;
        }
        Error(name, List(types), tensor.ToString());
        return false;
    }

    /// <summary>Turns an axis of the manifest, negative from the end, into 0 to rank - 1.</summary>
    internal bool TryAxis(GraphTensor tensor, int axis, out int index, string member = "axis")
    {
        var rank = tensor.Shape!.Count;
        index = axis < 0 ? axis + rank : axis;
        if (index >= 0 && index < rank)
        {
            return true;
        }
        Error(tensor.Name, rank == 0 ? $"at least one dimension for \"{member}\"" : $"\"{member}\" from {-rank} to {rank - 1}", rank == 0 ? tensor.ToString() : $"{axis} with {tensor}");
        return false;
    }

    /// <summary>Checks a list of the manifest that has one number for all elements, or one for each entry along an axis. Absent is fine.</summary>
    internal bool TryList(GraphTensor tensor, IReadOnlyList<double>? values, string member, int axis)
    {
        if (values is null || values.Count == 1)
        {
            return true;
        }
        if (!TryAxis(tensor, axis, out var index))
        {
            return false;
        }
        if (values.Count == tensor.Shape![index])
        {
            return true;
        }
        Error(tensor.Name, $"1 or {tensor.Shape[index]} numbers in \"{member}\", for axis {index} of {tensor}", $"{values.Count}");
        return false;
    }

    /// <summary><c>float32, float64</c>.</summary>
    internal static string List(ReadOnlySpan<TensorElementType> types) => string.Join(", ", types.ToArray().Select(type => type.Format()));

    /// <summary>Says what the step makes, and compares it with what the manifest declares of that tensor.</summary>
    internal void Make(string tensor, TensorElementType type, params IReadOnlyList<long> shape)
    {
        var made = new GraphTensor(tensor, GraphTensorKind.Made, type, shape, Step.Name);
        if (Declared(tensor) is { } declared && (declared.Type != type || !declared.Shape!.SequenceEqual(shape)))
        {
            Error(tensor, $"{made}, which this step makes", $"{declared} in model.json");
            return;
        }
        _graph.Tensors[tensor] = made;
    }

    /// <summary>As <see cref="Make"/>, for kinds that take open shapes: <paramref name="made"/> may leave some open.</summary>
    internal void MakeOpen(GraphTensor made) => _graph.Tensors[made.Name] = made with { Step = Step.Name };

    /// <summary>Offers to let a tensor lie inside another. Of two offers for one part the first holds.</summary>
    /// <param name="part">The result of this step, as part of what it reads; or something it reads, as part of its result.</param>
    /// <param name="whole">The other.</param>
    /// <param name="firstElement">Where in the whole the part begins.</param>
    /// <param name="madeWithin">For a whole that is overwritten when the part's step did not run: what may lie in the part, see <see cref="TensorShare"/>.</param>
    internal void Share(string part, string whole, long firstElement, IReadOnlySet<string>? madeWithin = null) => _graph.Shares.Add(new TensorShare(part, whole, firstElement, madeWithin));

    /// <summary>Adds an error about this step.</summary>
    internal void Error(string? tensor, string expected, string found) => _graph.Errors.Add(new GraphError(Step.Name, tensor, expected, found));
}
