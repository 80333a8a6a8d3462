using EdgeRunner.Inference.Plans.Parallel;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Inference.Tests.Plans.Parallel;

public sealed class RegionSplitterTests
{
    public static TheoryData<string, string, string> Cases => new()
    {
        { "nothing", "", "" },
        { "a chain is one member", "|0|1", "0 1 2" },
        { "members and their vote", "|||0 1 2", "0/1/2; 3" },
        { "members of three steps each and their vote", "|0|1||3|4|2 5", "0 1 2/3 4 5; 6" },
        { "what all members feed on begins a region of its own", "|0|0|0|1 2 3", "0; 1/2/3; 4" },
        { "a short member beside a long one", "||1|2|0 3", "0/1 2 3; 4" },
        { "two stages that cross", "||0 1|0 1|2 3", "0/1; 2/3; 4" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Plan_is_cut_where_its_members_meet(string what, string dependsOn, string expected)
    {
        int[][] nodes = dependsOn.Length == 0 ? [] : [.. dependsOn.Split('|').Select(one => one.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).ToArray())];
        var regions = RegionSplitter.Split(nodes);
        Assert.True(string.Equals(expected, string.Join("; ", regions.Select(region => string.Join('/', region.Select(member => string.Join(' ', member))))), StringComparison.Ordinal), what);
    }

    [Fact]
    public void Every_node_comes_once_after_all_it_depends_on_and_members_are_independent() => Prop.ForAll(AnyDependencies.Arbitrary, dependsOn =>
    {
        var regions = RegionSplitter.Split(dependsOn);
        var done = new HashSet<int>();
        foreach (var region in regions)
        {
            foreach (var member in region)
            {
                var known = new HashSet<int>(done);
                if (member.Any(node => !dependsOn[node].All(known.Contains) || !known.Add(node)))
                {
                    return false;
                }
            }
            done.UnionWith(region.SelectMany(member => member));
        }
        return done.Count == dependsOn.Length && regions.Sum(region => region.Sum(member => member.Length)) == dependsOn.Length;
    }).QuickCheckThrowOnFailure();
}
