using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Plans;
using EdgeRunner.Inference.Plans.Parallel;
using EdgeRunner.Inference.Sessions.Providers;
using EdgeRunner.Inference.Tensors;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Sessions;

/// <summary>Makes a <see cref="ModelInstance"/>: sessions, the check of the graph against them, tensors, the plan. One instance loads one model.</summary>
internal sealed class ModelLoader : IDisposable
{
    private readonly ModelRuntime _runtime;
    private readonly ModelBundle _bundle;
    private readonly ModelManifest _manifest;
    private readonly Dictionary<string, OrtSession> _sessions = new(StringComparer.Ordinal);
    private readonly CarriedTensors _carried;

    private ModelLoader(ModelRuntime runtime, ModelBundle bundle)
    {
        _runtime = runtime;
        _bundle = bundle;
        _manifest = bundle.Manifest;
        _carried = new CarriedTensors(runtime.OnnxRuntime);
    }

    internal static ModelInstance Load(ModelRuntime runtime, ModelBundle bundle, ModelLoadOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxPreparedShapes, 1, nameof(options));
        var loader = new ModelLoader(runtime, bundle);
        try
        {
            loader.OpenSessions(options);
            loader.MakeCarried();
            var parallel = new ParallelPlanner(runtime.Workers, options.Parallel, options.IntraOpThreads ?? runtime.IntraOpThreads);
            var compiler = new PlanCompiler(runtime.OnnxRuntime, loader._carried, loader._sessions, parallel, bundle.Path);
            return new ModelInstance(bundle, loader._carried, new PreparedPlans(compiler, bundle.Manifest, options.MaxPreparedShapes));
        }
        catch
        {
            loader.Dispose();
            throw;
        }
    }

    /// <summary>Releases what was made for a model that could not be loaded; that of a loaded one belongs to it.</summary>
    public void Dispose()
    {
        foreach (var session in _sessions.Values)
        {
            session.Dispose();
        }
        _carried.Dispose();
    }

    private void OpenSessions(ModelLoadOptions options)
    {
        var opener = new SessionOpener(_runtime, _bundle, options);
        foreach (var file in _manifest.Graph.SelectMany(step => step.OnnxFiles).Distinct(StringComparer.Ordinal))
        {
            _sessions.Add(file, opener.Open(file));
        }
    }

    private void MakeCarried()
    {
        foreach (var constant in _manifest.Constants)
        {
            _carried.AddConstant(constant);
        }
        foreach (var state in _manifest.States)
        {
            _carried.AddState(state, ReadInitial(state));
        }
        _carried.Reset();
    }

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
