using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Plans;

/// <summary>A graph compiled for one set of shapes: a flat list of kernels for each phase, over tensors that are allocated once. Owns both.</summary>
internal sealed class ExecutionPlan : IDisposable
{
    private readonly PlanStep[][] _stepsByPhase;
    private readonly PlanTensors _tensors;

    internal ExecutionPlan(PlanTensors tensors, PlanNode[][] nodesByPhase)
    {
        _tensors = tensors;
        NodesByPhase = nodesByPhase;
        _stepsByPhase = Array.ConvertAll(nodesByPhase, nodes => Array.ConvertAll(nodes, node => node.Step));
    }

    /// <summary>The kernels of each phase in the order in which they run, with what they depend on; the same in all phases but for the tensors.</summary>
    internal IReadOnlyList<IReadOnlyList<PlanNode>> NodesByPhase { get; }

    /// <summary>Runs the kernels of a phase, one after the other.</summary>
    internal void Run(int phase, OrtRunOptions? options)
    {
        foreach (var step in _stepsByPhase[phase])
        {
            step.Run(options);
        }
    }

    /// <summary>The tensors that stand for a name in each phase; one when it is the same in all.</summary>
    internal OrtTensor[] InEachPhase(string name) => _tensors.InEachPhase(name);

    public void Dispose()
    {
        foreach (var step in _stepsByPhase.SelectMany(steps => steps))
        {
            step.Dispose();
        }
        _tensors.Dispose();
    }
}
