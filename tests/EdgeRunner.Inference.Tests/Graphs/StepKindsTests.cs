using System.Reflection;
using System.Text.Json.Serialization;
using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Graphs;

namespace EdgeRunner.Inference.Tests.Graphs;

public sealed class StepKindsTests
{
    [Fact]
    public void Every_record_of_the_manifest_has_a_kind_and_the_other_way_round() => Assert.Equal(
        typeof(StepSpec).GetCustomAttributes<JsonDerivedTypeAttribute>().Select(record => (record.TypeDiscriminator, record.DerivedType)).OrderBy(pair => pair.DerivedType.Name, StringComparer.Ordinal),
        StepKinds.All.Select(kind => ((object?)kind.Name, kind.SpecType)).OrderBy(pair => pair.SpecType.Name, StringComparer.Ordinal));
}
