using EdgeRunner.Inference.Bundles;
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
    private readonly ExecutionPlan _plan;
    private readonly ModelBundle _bundle;
    private int _phase;

    internal ModelInstance(ModelBundle bundle, CarriedTensors carried, ExecutionPlan plan)
    {
        _bundle = bundle;
        _carried = carried;
        _plan = plan;
        Manifest = bundle.Manifest;
        Inputs = [.. Manifest.Inputs.Select(input => new ModelPort(this, input, plan.InEachPhase(input.Name)))];
        Outputs = [.. Manifest.Outputs.Select(output => new ModelPort(this, output, plan.InEachPhase(output.Name)))];
        ResetState();
    }

    /// <summary>What the bundle says of the model.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>What must be written before a run, in the order of the manifest.</summary>
    public IReadOnlyList<ModelPort> Inputs { get; }

    /// <summary>What a run gives, in the order of the manifest.</summary>
    public IReadOnlyList<ModelPort> Outputs { get; }

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
        _plan.Run(_phase, options);
        LastPhase = _phase;
        _phase = _phase + 1 < _carried.PhaseCount ? _phase + 1 : 0;
    }

    /// <summary>Sets every state to its initial value, as after loading; for a gap in the input. Allocates nothing.</summary>
    public void ResetState()
    {
        _phase = 0;
        _carried.Reset();
    }

    /// <summary>Runs the bundle's golden cases and compares. The state is reset before each case and afterwards; inputs and outputs are
    /// overwritten.</summary>
    /// <param name="options">Lets another thread break it off: the cases that are left then fail. Null for none.</param>
    /// <exception cref="ObjectDisposedException">The model or the bundle it was loaded from is disposed.</exception>
    public SelfTestResult SelfTest(OrtRunOptions? options = null) => GoldenRunner.Run(this, _bundle, options);

    /// <summary>Releases the prepared runs and every tensor, those of <see cref="Inputs"/> and <see cref="Outputs"/> included.</summary>
    public void Dispose()
    {
        _plan.Dispose();
        _carried.Dispose();
    }

    private static ModelPort Find(IReadOnlyList<ModelPort> ports, string name, string what) =>
        ports.FirstOrDefault(port => string.Equals(port.Name, name, StringComparison.Ordinal))
        ?? throw new KeyNotFoundException($"The model has no {what} {name}, only {string.Join(", ", ports)}");
}
