using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Inference.Tests.Plans.Parallel;

/// <summary>Plans of up to 40 nodes, each with up to four earlier ones it depends on: wide, narrow, and in pieces.</summary>
internal static class AnyDependencies
{
    internal static Arbitrary<int[][]> Arbitrary { get; } =
        (from count in Gen.Choose(1, 40)
         from seeds in Gen.Choose(0, int.MaxValue).ArrayOf(4).ArrayOf(count)
         from wide in Gen.Choose(1, 4)
         select seeds.Select((seed, node) => seed.Take(seed[0] % 5 / wide).Where(_ => node > 0).Select(one => one % node).Distinct().Order().ToArray()).ToArray())
        .ToArbitrary();
}
