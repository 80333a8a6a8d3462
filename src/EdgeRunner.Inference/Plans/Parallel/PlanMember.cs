using System.Runtime.ExceptionServices;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Plans.Parallel;

/// <summary>Steps of a region that one thread runs, one after the other; no other member of the region reads their results.</summary>
/// <param name="steps">The steps, in the order of the plan.</param>
/// <param name="nodes">Index of each in the plan.</param>
internal sealed class PlanMember(PlanStep[] steps, int[] nodes)
{
    private Exception? _error;

    /// <summary>Index in the plan of each step.</summary>
    internal IReadOnlyList<int> Nodes => nodes;

    /// <summary>Node that failed in the last <see cref="TryRun"/>; <see cref="int.MaxValue"/> when none did.</summary>
    internal int FailedNode { get; private set; } = int.MaxValue;

    /// <summary>Runs the steps and lets errors out, as a plan without members does.</summary>
    internal void Run(OrtRunOptions? options)
    {
        foreach (var step in steps)
        {
            step.Run(options);
        }
    }

    /// <summary>Runs the steps, and keeps an error for <see cref="Throw"/>.</summary>
    internal bool TryRun(OrtRunOptions? options)
    {
        (FailedNode, _error) = (int.MaxValue, null);
        for (var i = 0; i < steps.Length; i++)
        {
            try
            {
                steps[i].Run(options);
            }
            // Whatever it is, it belongs to the thread that asked for the run.
            catch (Exception e)
            {
                (FailedNode, _error) = (nodes[i], e);
                return false;
            }
        }
        return true;
    }

    /// <summary>Throws what was kept, with the stack of the thread it happened on.</summary>
    internal void Throw()
    {
        var error = _error!;
        _error = null;
        ExceptionDispatchInfo.Throw(error);
    }
}
