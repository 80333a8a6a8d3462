using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Graphs;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Plans;

/// <summary>Turns steps of a manifest into kernels, for one phase. What a <see cref="StepCompiler{TSpec}"/> sees of the plan.</summary>
internal sealed class PlanBuilder(PlanTensors tensors, IReadOnlyDictionary<string, OrtSession> sessions, int phase) : IDisposable
{
    private readonly List<PlanNode> _nodes = [];

    /// <summary>Nodes that must have run before a tensor is complete; none for what is there before the first step.</summary>
    private readonly Dictionary<string, SortedSet<int>> _makers = new(StringComparer.Ordinal);

    private List<PlanStep> _steps = [];

    /// <summary>The nodes so far, in the order in which they run. Owned by this builder until <see cref="Take"/>.</summary>
    internal IReadOnlyList<PlanNode> Nodes => _nodes;

    /// <summary>The tensor of that name in this phase.</summary>
    internal OrtTensor Tensor(string name) => tensors.Get(name, phase);

    /// <summary>The tensors of those names in this phase.</summary>
    internal OrtTensor[] Tensors(IEnumerable<string> names) => [.. names.Select(Tensor)];

    /// <summary>Whether an offer to share was taken: the part lies in the whole at that element and need not be copied.</summary>
    internal bool IsShared(string part, string whole, long firstElement) => tensors.IsShared(part, whole, firstElement);

    /// <summary>The session of an ONNX file.</summary>
    internal OrtSession Session(string file) => sessions[file];

    /// <summary>A tensor for intermediate values of a kernel, zeroed; lives as long as the plan.</summary>
    internal OrtTensor Scratch(TensorElementType type, params ReadOnlySpan<long> shape) => tensors.AddScratch(type, shape);

    /// <summary>Adds a kernel; several run in the order in which they are added.</summary>
    internal void Add(PlanStep step) => _steps.Add(step);

    /// <summary>Compiles a step inside the one that is being compiled: its kernels become part of it.</summary>
    internal void CompileInner(StepSpec inner) => StepKinds.Of(inner).Compile(inner, this);

    /// <summary>As <see cref="CompileInner"/>, but returns the kernels, for a step that decides itself whether they run. The caller owns them.</summary>
    internal PlanStep[] CompileApart(IEnumerable<StepSpec> inner)
    {
        var outer = _steps;
        _steps = [];
        try
        {
            foreach (var step in inner)
            {
                CompileInner(step);
            }
            return [.. _steps];
        }
        catch
        {
            _steps.ForEach(step => step.Dispose());
            throw;
        }
        finally
        {
            _steps = outer;
        }
    }

    /// <summary>Compiles the step of that index in the graph.</summary>
    internal void Compile(StepSpec step, int graphIndex)
    {
        var before = new SortedSet<int>(step.Reads.SelectMany(name => _makers.GetValueOrDefault(name) ?? []));
        try
        {
            StepKinds.Of(step).Compile(step, this);
        }
        finally
        {
            // Those made before a failure too, so that they are disposed.
            foreach (var kernel in _steps)
            {
                _nodes.Add(new PlanNode(kernel, graphIndex, [.. before]));
                before = [.. before, _nodes.Count - 1];
            }
            _steps.Clear();
        }
        foreach (var made in step.Makes)
        {
            _makers[made] = before;
        }
    }

    /// <summary>Hands the nodes over.</summary>
    internal PlanNode[] Take()
    {
        PlanNode[] nodes = [.. _nodes];
        _nodes.Clear();
        return nodes;
    }

    /// <summary>Disposes the kernels that were not handed over.</summary>
    public void Dispose()
    {
        _nodes.ForEach(node => node.Step.Dispose());
        _nodes.Clear();
    }
}
