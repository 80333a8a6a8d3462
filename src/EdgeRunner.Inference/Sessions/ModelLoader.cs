using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Graphs;
using EdgeRunner.Inference.Tensors;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Sessions;

/// <summary>Makes a <see cref="ModelInstance"/>: sessions, the check of the graph against them, tensors, prepared runs. One instance loads one model.</summary>
internal sealed class ModelLoader : IDisposable
{
    private readonly ModelRuntime _runtime;
    private readonly ModelBundle _bundle;
    private readonly ModelManifest _manifest;
    private readonly Dictionary<string, OrtSession> _sessions = new(StringComparer.Ordinal);
    private readonly ModelGraphTensors _tensors;
    private readonly List<OrtPreparedRun> _runs = [];

    private ModelLoader(ModelRuntime runtime, ModelBundle bundle)
    {
        _runtime = runtime;
        _bundle = bundle;
        _manifest = bundle.Manifest;
        _tensors = new ModelGraphTensors(runtime.OnnxRuntime, _manifest.States);
    }

    internal static ModelInstance Load(ModelRuntime runtime, ModelBundle bundle, ModelLoadOptions options)
    {
        using var loader = new ModelLoader(runtime, bundle);
        try
        {
            loader.OpenSessions(options);
            loader.MakeTensors(loader.CheckGraph());
            var runs = Enumerable.Range(0, loader._tensors.PhaseCount).Select(phase => loader.Steps.Select(step => loader.Prepare(step, phase)).ToArray()).ToArray();
            return new ModelInstance(bundle, loader._tensors, runs);
        }
        catch
        {
            loader._runs.ForEach(run => run.Dispose());
            loader._tensors.Dispose();
            throw;
        }
    }

    /// <summary>Lets the sessions go; prepared runs hold those they need.</summary>
    public void Dispose()
    {
        foreach (var session in _sessions.Values)
        {
            session.Dispose();
        }
    }

    /// <summary>In the order in which they run. <see cref="GraphChecker"/> has refused every other kind of step by the time this is used.</summary>
    private IEnumerable<OnnxStepSpec> Steps => _manifest.Graph.OfType<OnnxStepSpec>();

    private void OpenSessions(ModelLoadOptions options)
    {
        foreach (var file in Steps.Select(step => step.File).Distinct(StringComparer.Ordinal))
        {
            _sessions.Add(file, OrtSession.Load(_runtime.OnnxRuntime, _bundle.GetFile(file).Span, new OrtSessionSettings
            {
                IntraOpThreads = options.IntraOpThreads ?? _runtime.IntraOpThreads,
                WorkerCpus = options.WorkerCpus ?? [],
                AllowSpinning = options.AllowSpinning,
                GraphOptimization = options.GraphOptimization,
                ExternalInitializers = _bundle.GetExternalFiles(file).ToDictionary(name => name, _bundle.GetFile, StringComparer.Ordinal),
                LogId = $"{_manifest.Title}, {file}",
            }));
        }
    }

    private IReadOnlyDictionary<string, GraphTensor> CheckGraph()
    {
        var check = GraphChecker.Check(_manifest, _sessions.ToDictionary(pair => pair.Key, pair => OnnxSignature.Of(pair.Value), StringComparer.Ordinal));
        return check.Errors.Count == 0
            ? check.Tensors
            : throw new BundleException(BundleErrorReason.Graph, _bundle.Path, [.. check.Errors.Select(error => error.ToString())]);
    }

    private void MakeTensors(IReadOnlyDictionary<string, GraphTensor> graph)
    {
        foreach (var constant in _manifest.Constants)
        {
            constant.ToTensor().CopyTo(_tensors.Add(constant.Name, constant.Type, [.. constant.Shape]));
        }
        foreach (var state in _manifest.States)
        {
            _tensors.AddState(state, ReadInitial(state));
        }
        var isOpen = false;
        foreach (var tensor in graph.Values.Where(tensor => !_tensors.Contains(tensor.Name)))
        {
            if (tensor.Shape is { } shape && shape.All(dimension => dimension >= 0))
            {
                _tensors.Add(tensor.Name, tensor.Type, [.. shape]);
            }
            else
            {
                isOpen = true;
            }
        }
        if (isOpen)
        {
            MeasureOpenShapes();
        }
    }

    /// <summary>Learns the shapes the files leave open between two steps from a pass over zeros: with every input's shape fixed by the manifest,
    /// they are the same in every run. Where they do depend on the values, the first run that differs fails with ONNX Runtime's words for it.</summary>
    private void MeasureOpenShapes()
    {
        _tensors.WriteInitialStates();
        foreach (var step in Steps)
        {
            var outputs = step.Outputs.Select(output => new OrtBinding(output.Key, _tensors.Contains(output.Value) ? _tensors.Get(output.Value, phase: 0) : null)).ToArray();
            using var run = _sessions[step.File].Prepare(Inputs(step, phase: 0), outputs);
            run.Run();
            foreach (var (name, index) in step.Outputs.Values.Select((name, index) => (name, index)).Where(output => outputs[output.index].Tensor is null))
            {
                using var measured = run.TakeOutput(index);
                measured.ToManaged().CopyTo(_tensors.Add(name, measured.ElementType, measured.Shape));
            }
        }
    }

    private OrtPreparedRun Prepare(OnnxStepSpec step, int phase)
    {
        var run = _sessions[step.File].Prepare(Inputs(step, phase), [.. step.Outputs.Select(output => new OrtBinding(output.Key, _tensors.Get(output.Value, phase)))]);
        _runs.Add(run);
        return run;
    }

    private OrtBinding[] Inputs(OnnxStepSpec step, int phase) => [.. step.Inputs.Select(input => new OrtBinding(input.Key, _tensors.Get(input.Value, phase)))];

    private TensorData? ReadInitial(StateSpec state)
    {
        if (state.Initial is null)
        {
            return null;
        }
        try
        {
            var initial = NpyFile.Read(_bundle.GetFile(state.Initial).Span);
            return initial.ElementType == state.Type && initial.Shape.SequenceEqual(state.Shape)
                ? initial
                : throw new FormatException($"is {initial}, state \"{state.Name}\" is {TensorElementTypes.Format(state.Type, [.. state.Shape])}");
        }
        catch (FormatException e)
        {
            throw new BundleException(BundleErrorReason.Content, _bundle.Path, state.Initial, e.Message);
        }
    }
}
