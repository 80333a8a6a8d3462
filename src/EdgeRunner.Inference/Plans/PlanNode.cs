namespace EdgeRunner.Inference.Plans;

/// <summary>A kernel in a plan, with what its place in the order depends on.</summary>
/// <param name="Step">The kernel.</param>
/// <param name="GraphIndex">Which step of the manifest's graph it belongs to.</param>
/// <param name="DependsOn">Nodes before it, by index in the plan, whose results it reads; ascending. Results that lie in shared memory are
/// followed to whoever fills it. Nodes that do not depend on each other write to different memory.</param>
internal sealed record PlanNode(PlanStep Step, int GraphIndex, IReadOnlyList<int> DependsOn);
