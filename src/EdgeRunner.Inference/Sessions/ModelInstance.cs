using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Graphs;
using EdgeRunner.Inference.Plans;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Sessions;

/// <summary>A loaded model: its graph over tensors that are allocated once. Write <see cref="Inputs"/> in place, <see cref="Run"/>, read
/// <see cref="Outputs"/> in place. Not thread-safe; load the model twice to run it twice at a time.</summary>
/// <remarks>
/// Tensors between steps are shared, not copied: what one step writes, the next reads. A state costs no copy either: a run reads it from
/// one tensor and writes its next value into another, the next run the other way round (two phases). A run that fails stays in its
/// phase, so the state is still that of the last good run.
/// </remarks>
public sealed class ModelInstance : IDisposable
{
    private readonly CarriedTensors _carried;
    private readonly PreparedPlans _plans;
    private readonly ModelBundle _bundle;
    private int _phase;

    internal ModelInstance(ModelBundle bundle, CarriedTensors carried, PreparedPlans plans)
    {
        _bundle = bundle;
        _carried = carried;
        _plans = plans;
        Manifest = bundle.Manifest;
        Inputs = [.. Manifest.Inputs.Select((input, i) => new ModelPort(this, input, i))];
        Outputs = [.. Manifest.Outputs.Select((output, i) => new ModelPort(this, output, Manifest.Inputs.Count + i))];
        ResetState();
    }

    /// <summary>What the bundle says of the model.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>What must be written before a run, in the order of the manifest.</summary>
    public IReadOnlyList<ModelPort> Inputs { get; }

    /// <summary>What a run gives, in the order of the manifest.</summary>
    public IReadOnlyList<ModelPort> Outputs { get; }

    /// <summary>The steps in the order in which they run, with the shapes of everything between them.</summary>
    public IReadOnlyList<ModelStep> Steps => [.. Manifest.Graph.Select((step, i) => Describe(step, !Plan.NodesByPhase[0].Any(node => node.GraphIndex == i)))];

    /// <summary>Whether steps that do not depend on each other run side by side with these sizes, and why.</summary>
    public ParallelDecision Parallel => Plan.Parallel;

    /// <summary>Names of the dimensions that may change, in ordinal order; empty when all are fixed.</summary>
    public IReadOnlyList<string> Dimensions => _plans.Dimensions;

    /// <summary>Size of each of <see cref="Dimensions"/>; the default until <see cref="Resize"/>.</summary>
    public IReadOnlyList<long> Sizes => _plans.Sizes;

    /// <summary>The compiled graph for these sizes.</summary>
    internal ExecutionPlan Plan => _plans.Current;

    /// <summary>The phase whose tensors hold the results of the last run.</summary>
    internal int LastPhase { get; private set; }

    /// <summary>Loads a verified bundle and checks its graph against what the ONNX files really take and give. The bundle is not used
    /// afterwards, except by <see cref="SelfTest"/>, and may be disposed.</summary>
    /// <exception cref="BundleException">The graph does not fit the ONNX files (<see cref="BundleErrorReason.Graph"/>: each problem has step,
    /// tensor, what was expected and what was found), or an initial state cannot be read.</exception>
    /// <exception cref="OrtException">ONNX Runtime refuses an ONNX file.</exception>
    /// <exception cref="OutOfMemoryException">There is no memory for the tensors.</exception>
    public static ModelInstance Load(ModelRuntime runtime, ModelBundle bundle, ModelLoadOptions? options = null) =>
        ModelLoader.Load(runtime, bundle, options ?? new ModelLoadOptions());

    /// <summary>The input of that name.</summary>
    /// <exception cref="KeyNotFoundException">The model has none.</exception>
    public ModelPort Input(string name) => Find(Inputs, name, "input");

    /// <summary>The output of that name.</summary>
    /// <exception cref="KeyNotFoundException">The model has none.</exception>
    public ModelPort Output(string name) => Find(Outputs, name, "output");

    /// <summary>One pass through the graph: one native call for each ONNX file, built-in steps in between, no managed allocation.</summary>
    /// <param name="options">Lets another thread break the run off; null for none.</param>
    /// <exception cref="OrtException">A step failed. Outputs hold anything; the state is still what it was before this run.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public void Run(OrtRunOptions? options = null)
    {
        Plan.Run(_phase, options);
        Advance();
    }

    /// <summary>As <see cref="Run"/>, but in turn, and measures each step. Allocates nothing.</summary>
    /// <param name="stepTicks">For each of <see cref="Steps"/> the ticks of <see cref="System.Diagnostics.Stopwatch"/> it took; added to what is there.</param>
    /// <param name="options">Lets another thread break the run off; null for none.</param>
    /// <exception cref="ArgumentException"><paramref name="stepTicks"/> has not one element for each step.</exception>
    /// <exception cref="OrtException">A step failed. Outputs hold anything; the state is still what it was before this run.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public void RunTimed(Span<long> stepTicks, OrtRunOptions? options = null)
    {
        if (stepTicks.Length != Manifest.Graph.Count)
        {
            throw new ArgumentException($"{stepTicks.Length} elements given, the model has {Manifest.Graph.Count} steps", nameof(stepTicks));
        }
        Plan.RunTimed(_phase, options, stepTicks);
        Advance();
    }

    /// <summary>Changes sizes. Afterwards every <see cref="ModelPort.Tensor"/> is that of the new sizes, with whatever it held when they were last
    /// used; the state goes on. The graph is compiled for sizes that are new, which takes as long as it did at load without the files; sizes met
    /// lately (<see cref="ModelLoadOptions.MaxPreparedShapes"/>) cost and allocate nothing. Tensors of sizes that had to make room are disposed.</summary>
    /// <param name="sizes">One for each of <see cref="Dimensions"/>.</param>
    /// <exception cref="ArgumentException">A size is out of the range the manifest gives, or there are too few or too many. Nothing has changed.</exception>
    /// <exception cref="BundleException">The graph does not fit for these sizes. Nothing has changed.</exception>
    /// <exception cref="OrtException">ONNX Runtime refuses these sizes. Nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The sizes are new, and the runtime this model was loaded with is disposed.</exception>
    public void Resize(params ReadOnlySpan<long> sizes) => _plans.Use(sizes, _phase);

    /// <summary>As <see cref="Resize"/>, with the sizes that arrays for the inputs have.</summary>
    /// <param name="shapes">Shape of each input, by name; all of them.</param>
    /// <exception cref="ArgumentException">A shape has another rank than its input, another size where that is fixed, or two inputs differ in a
    /// dimension of one name.</exception>
    public void ResizeFor(IReadOnlyDictionary<string, IReadOnlyList<long>> shapes) => Resize(DimensionBinding.Bind(Manifest, Dimensions, shapes));

    /// <summary>Sets every state to its initial value, as after loading; for a gap in the input. Allocates nothing.</summary>
    public void ResetState()
    {
        _phase = 0;
        _carried.Reset();
    }

    /// <summary>Runs the bundle's golden cases and compares. The state is reset before each case and afterwards; inputs and outputs are
    /// overwritten. Runs with the default sizes, and leaves them in use.</summary>
    /// <param name="options">Lets another thread break it off: the cases that are left then fail. Null for none.</param>
    /// <exception cref="ObjectDisposedException">The model or the bundle it was loaded from is disposed.</exception>
    public SelfTestResult SelfTest(OrtRunOptions? options = null)
    {
        if (Dimensions.Count > 0)
        {
            Resize([.. Dimensions.Select(name => Manifest.Dimensions[name].Default)]);
        }
        return GoldenRunner.Run(this, _bundle, options);
    }

    /// <summary>Releases the prepared runs and every tensor, those of <see cref="Inputs"/> and <see cref="Outputs"/> included.</summary>
    public void Dispose()
    {
        _plans.Dispose();
        _carried.Dispose();
    }

    private void Advance()
    {
        LastPhase = _phase;
        _phase = _phase + 1 < _carried.PhaseCount ? _phase + 1 : 0;
    }

    private ModelStep Describe(StepSpec step, bool isFree) => new(
        step.Name,
        StepKinds.Of(step).Name,
        [.. step.Reads.Distinct(StringComparer.Ordinal).Select(name => Plan.Graph[name])],
        [.. step.Makes.Select(name => Plan.Graph[name])],
        [.. step.OnnxFiles.Except(step.Nested.SelectMany(inner => inner.OnnxFiles), StringComparer.Ordinal)],
        isFree,
        [.. step.Nested.Select(inner => Describe(inner, isFree: false))]);

    private static ModelPort Find(IReadOnlyList<ModelPort> ports, string name, string what) =>
        ports.FirstOrDefault(port => string.Equals(port.Name, name, StringComparison.Ordinal))
        ?? throw new KeyNotFoundException($"The model has no {what} {name}, only {string.Join(", ", ports)}");
}
