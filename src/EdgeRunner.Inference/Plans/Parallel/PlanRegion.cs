using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Plans.Parallel;

/// <summary>A part of a plan that begins when all before it is done. Its members are independent of each other.</summary>
/// <param name="members">At least one.</param>
internal sealed class PlanRegion(PlanMember[] members)
{
    /// <summary>The members, in the order in which they are taken.</summary>
    internal PlanMember[] Members { get; private set; } = members;

    /// <summary>Whether the members run side by side.</summary>
    internal bool IsForked { get; set; }

    /// <summary>Lets the members be taken in another order, of the indexes now.</summary>
    internal void Arrange(IReadOnlyList<int> order) => Members = [.. order.Select(index => Members[index])];

    /// <summary>Runs the members one after the other on the calling thread.</summary>
    internal void RunInTurn(OrtRunOptions? options)
    {
        foreach (var member in Members)
        {
            member.Run(options);
        }
    }

    /// <summary>Throws, of the errors of the last run, the one that comes first in the plan: the same each time, whoever was faster.</summary>
    internal void ThrowFirst()
    {
        var first = Members[0];
        foreach (var member in Members)
        {
            first = member.FailedNode < first.FailedNode ? member : first;
        }
        first.Throw();
    }
}
