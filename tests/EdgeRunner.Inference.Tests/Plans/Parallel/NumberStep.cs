using EdgeRunner.Inference.Plans;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Tests.Plans.Parallel;

/// <summary>A step over numbers: its own is a mix of those it depends on, so that any step run too early changes all that follows.</summary>
internal sealed class NumberStep(long[] numbers, int index, IReadOnlyList<int> dependsOn) : PlanStep
{
    /// <summary>Called in each run before the number is made.</summary>
    internal Action<OrtRunOptions?>? Running { get; set; }

    internal override void Run(OrtRunOptions? options)
    {
        Running?.Invoke(options);
        var number = numbers[index] + index + 1;
        foreach (var before in dependsOn)
        {
            number = unchecked((number * 6364136223846793005) + numbers[before]);
        }
        numbers[index] = number;
    }

    /// <summary>A plan of such steps.</summary>
    internal static PlanNode[] Plan(long[] numbers, IReadOnlyList<IReadOnlyList<int>> dependsOn) =>
        [.. dependsOn.Select((before, index) => new PlanNode(new NumberStep(numbers, index, before), index, before))];
}
