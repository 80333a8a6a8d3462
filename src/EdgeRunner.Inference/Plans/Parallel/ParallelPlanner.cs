using EdgeRunner.Inference.Sessions;

namespace EdgeRunner.Inference.Plans.Parallel;

/// <summary>Decides for each plan of a model whether its independent members run side by side.</summary>
/// <param name="workers">The set; not owned.</param>
/// <param name="mode">What is wanted.</param>
/// <param name="threadsOfStep">Threads ONNX Runtime uses in one step; 0 is one for each core.</param>
internal sealed class ParallelPlanner(WorkerSet workers, ParallelMode mode, int threadsOfStep)
{
    /// <summary>Threads that may be busy with steps at once without more threads than cores in all.</summary>
    private readonly int _threads = Math.Min(workers.Size + 1, threadsOfStep == 0 ? 1 : Math.Max(1, workers.Cores / threadsOfStep));

    /// <summary>Decides, and leaves the decision in the plan. In <see cref="ParallelMode.Auto"/> this runs the plan on zeros, a tenth of a second
    /// where runs are short.</summary>
    /// <param name="plan">The plan; its inputs, outputs and what the phase makes are overwritten, states are not.</param>
    /// <param name="phase">The phase of the next run.</param>
    internal void Decide(ExecutionPlan plan, int phase)
    {
        var sideBySide = new SideBySidePlan(workers, _threads, plan.NodesByPhase);
        var members = sideBySide.Width;
        var obstacle = Obstacle(members);
        if (obstacle is not null)
        {
            plan.Decide(new ParallelDecision(false, members, 1, obstacle), sideBySide: null);
        }
        else if (mode == ParallelMode.On)
        {
            plan.Decide(new ParallelDecision(true, members, _threads, "as configured, not measured"), sideBySide);
        }
        else
        {
            var decision = new ParallelTrial(plan, sideBySide, workers, phase).Measure();
            plan.Decide(decision, decision.IsSideBySide ? sideBySide : null);
        }
    }

    private string? Obstacle(int members) => (members, mode) switch
    {
        (1, _) => "no two steps are independent",
        (_, ParallelMode.Off) => "side by side is off",
        _ when workers.Cores == 1 => "there is one core",
        _ when workers.Size == 0 => "there are no workers",
        _ when _threads == 1 => $"each step uses {(threadsOfStep == 0 ? "all" : threadsOfStep)} of {workers.Cores} cores already",
        _ when !workers.TryStart() => "the workers cannot be started with the weight of this process",
        _ => null,
    };
}
