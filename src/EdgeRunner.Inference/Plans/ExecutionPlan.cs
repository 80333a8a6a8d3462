using System.Diagnostics;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Graphs;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Plans;

/// <summary>A graph compiled for one set of shapes: a flat list of kernels for each phase, over tensors that are allocated once. Owns both.</summary>
internal sealed class ExecutionPlan : IDisposable
{
    private readonly PlanStep[][] _stepsByPhase;
    private readonly PlanTensors _tensors;

    internal ExecutionPlan(PlanTensors tensors, ModelManifest manifest, IReadOnlyDictionary<string, GraphTensor> graph, PlanNode[][] nodesByPhase)
    {
        Ports = [.. manifest.Inputs.Concat(manifest.Outputs).Select(port => tensors.InEachPhase(port.Name))];
        _tensors = tensors;
        Graph = graph;
        NodesByPhase = nodesByPhase;
        _stepsByPhase = Array.ConvertAll(nodesByPhase, nodes => Array.ConvertAll(nodes, node => node.Step));
    }

    /// <summary>For each input and then each output of the model the tensors that stand for it in each phase; one when it is the same in all.</summary>
    internal OrtTensor[][] Ports { get; }

    /// <summary>Type and shape of every tensor, by name.</summary>
    internal IReadOnlyDictionary<string, GraphTensor> Graph { get; }

    /// <summary>The kernels of each phase in the order in which they run, with what they depend on; the same in all phases but for the tensors.</summary>
    internal PlanNode[][] NodesByPhase { get; }

    /// <summary>Runs the kernels of a phase, one after the other.</summary>
    internal void Run(int phase, OrtRunOptions? options)
    {
        foreach (var step in _stepsByPhase[phase])
        {
            step.Run(options);
        }
    }

    /// <summary>As <see cref="Run"/>, and adds the time of each step.</summary>
    /// <param name="phase">The phase.</param>
    /// <param name="options">Lets another thread break the run off; null for none.</param>
    /// <param name="ticks">For each step of the graph the ticks of <see cref="Stopwatch"/> its kernels took; added to.</param>
    internal void RunTimed(int phase, OrtRunOptions? options, Span<long> ticks)
    {
        var before = Stopwatch.GetTimestamp();
        foreach (var node in NodesByPhase[phase])
        {
            node.Step.Run(options);
            var after = Stopwatch.GetTimestamp();
            ticks[node.GraphIndex] += after - before;
            before = after;
        }
    }

    public void Dispose()
    {
        foreach (var step in _stepsByPhase.SelectMany(steps => steps))
        {
            step.Dispose();
        }
        _tensors.Dispose();
    }
}
