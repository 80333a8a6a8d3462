using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Graphs;
using EdgeRunner.Inference.Plans.Parallel;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Plans;

/// <summary>Compiles the graph of one model, once for each set of shapes. Owns the sessions; kernels hold those they need.</summary>
/// <param name="runtime">Makes the tensors.</param>
/// <param name="carried">The model's constants and states.</param>
/// <param name="sessions">The ONNX files by name.</param>
/// <param name="parallel">Decides what runs side by side.</param>
/// <param name="bundle">Path of the bundle, for messages.</param>
internal sealed class PlanCompiler(OrtRuntime runtime, CarriedTensors carried, IReadOnlyDictionary<string, OrtSession> sessions, ParallelPlanner parallel, string bundle) : IDisposable
{
    private readonly Dictionary<string, OnnxSignature> _signatures = sessions.ToDictionary(pair => pair.Key, pair => OnnxSignature.Of(pair.Value), StringComparer.Ordinal);

    /// <summary>Checks the graph against the ONNX files and compiles it.</summary>
    /// <param name="manifest">The manifest, with the sizes to compile for.</param>
    /// <param name="phase">The phase of the next run: what open shapes are measured in, so that only memory that run will overwrite is written.</param>
    /// <exception cref="BundleException">The graph does not fit.</exception>
    internal ExecutionPlan Compile(ModelManifest manifest, int phase)
    {
        var plan = CompileInTurn(manifest, phase);
        try
        {
            parallel.Decide(plan, phase);
            return plan;
        }
        catch
        {
            plan.Dispose();
            throw;
        }
    }

    private ExecutionPlan CompileInTurn(ModelManifest manifest, int phase)
    {
        var check = CheckGraph(manifest, phase);
        var kept = manifest.Outputs.Select(output => output.Name).Concat(manifest.States.Select(state => state.Next)).ToHashSet(StringComparer.Ordinal);
        var layout = TensorLayout.Decide(check, kept, carried.Names.ToHashSet(StringComparer.Ordinal));
        var tensors = new PlanTensors(runtime, carried);
        var builders = Enumerable.Range(0, carried.PhaseCount).Select(phase => new PlanBuilder(tensors, sessions, phase)).ToArray();
        try
        {
            tensors.AddAll(check.Tensors.Values, layout);
            foreach (var builder in builders)
            {
                for (var i = 0; i < manifest.Graph.Count; i++)
                {
                    builder.Compile(manifest.Graph[i], i);
                }
            }
            return new ExecutionPlan(tensors, manifest, check.Tensors, Array.ConvertAll(builders, builder => builder.Take()));
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

    public void Dispose()
    {
        foreach (var session in sessions.Values)
        {
            session.Dispose();
        }
    }

    private GraphCheck CheckGraph(ModelManifest manifest, int phase)
    {
        using var measurer = new OpenShapeMeasurer(runtime, carried, sessions, phase);
        var check = GraphChecker.Check(manifest, _signatures, measurer);
        return check.Errors.Count == 0 ? check : throw new BundleException(BundleErrorReason.Graph, bundle, [.. check.Errors.Select(error => error.ToString())]);
    }
}
