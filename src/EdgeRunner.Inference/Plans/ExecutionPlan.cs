using System.Diagnostics;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Graphs;
using EdgeRunner.Inference.Plans.Parallel;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Plans;

/// <summary>A graph compiled for one set of shapes: a flat list of kernels for each phase, over tensors that are allocated once. Owns both.</summary>
internal sealed class ExecutionPlan : IDisposable
{
    private readonly PlanStep[][] _stepsByPhase;
    private readonly PlanTensors _tensors;
    private SideBySidePlan? _sideBySide;

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

    /// <summary>What made the tensors.</summary>
    internal OrtRuntime Runtime => _tensors.Runtime;

    /// <summary>Whether independent kernels run side by side, and why.</summary>
    internal ParallelDecision Parallel { get; private set; } = new(false, 1, 1, "not decided");

    /// <summary>Sets how the plan is run from now on.</summary>
    /// <param name="decision">What is said of it.</param>
    /// <param name="sideBySide">The plan cut up; null runs it in turn.</param>
    internal void Decide(ParallelDecision decision, SideBySidePlan? sideBySide) => (Parallel, _sideBySide) = (decision, sideBySide);

    /// <summary>Runs the kernels of a phase: side by side where that was decided and no other model has the workers, otherwise in turn.</summary>
    internal void Run(int phase, OrtRunOptions? options)
    {
        if (_sideBySide is null || !_sideBySide.TryRun(phase, options))
        {
            RunInTurn(phase, options);
        }
    }

    /// <summary>Runs the kernels of a phase, one after the other.</summary>
    internal void RunInTurn(int phase, OrtRunOptions? options)
    {
        foreach (var step in _stepsByPhase[phase])
        {
            step.Run(options);
        }
    }

    /// <summary>As <see cref="RunInTurn"/>, and adds the time of each step.</summary>
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
