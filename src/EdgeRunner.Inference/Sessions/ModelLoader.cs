using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Graphs;
using EdgeRunner.Inference.Plans;
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
        using var loader = new ModelLoader(runtime, bundle);
        try
        {
            loader.OpenSessions(options);
            loader.MakeCarried();
            return new ModelInstance(bundle, loader._carried, loader.Compile());
        }
        catch
        {
            loader._carried.Dispose();
            throw;
        }
    }

    /// <summary>Lets the sessions go; kernels hold those they need.</summary>
    public void Dispose()
    {
        foreach (var session in _sessions.Values)
        {
            session.Dispose();
        }
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

    private ExecutionPlan Compile()
    {
        var check = CheckGraph();
        var kept = _manifest.Outputs.Select(output => output.Name).Concat(_manifest.States.Select(state => state.Next)).ToHashSet(StringComparer.Ordinal);
        var layout = TensorLayout.Decide(check, kept, _carried.Names.ToHashSet(StringComparer.Ordinal));
        var tensors = new PlanTensors(_runtime.OnnxRuntime, _carried);
        var builders = Enumerable.Range(0, _carried.PhaseCount).Select(phase => new PlanBuilder(tensors, _sessions, phase)).ToArray();
        try
        {
            tensors.AddAll(check.Tensors.Values, layout);
            foreach (var builder in builders)
            {
                for (var i = 0; i < _manifest.Graph.Count; i++)
                {
                    builder.Compile(_manifest.Graph[i], i);
                }
            }
            return new ExecutionPlan(tensors, Array.ConvertAll(builders, builder => builder.Take()));
        }
        catch
        {
            tensors.Dispose();
            throw;
        }
        finally
        {
            Array.ForEach(builders, builder => builder.Dispose());
        }
    }

    private GraphCheck CheckGraph()
    {
        using var measurer = new OpenShapeMeasurer(_runtime.OnnxRuntime, _carried, _sessions);
        var check = GraphChecker.Check(_manifest, _sessions.ToDictionary(pair => pair.Key, pair => OnnxSignature.Of(pair.Value), StringComparer.Ordinal), measurer);
        return check.Errors.Count == 0
            ? check
            : throw new BundleException(BundleErrorReason.Graph, _bundle.Path, [.. check.Errors.Select(error => error.ToString())]);
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
