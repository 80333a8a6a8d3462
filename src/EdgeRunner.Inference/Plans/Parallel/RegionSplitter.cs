namespace EdgeRunner.Inference.Plans.Parallel;

/// <summary>Cuts a plan into regions of independent members.</summary>
/// <remarks>
/// Nodes have levels: one more than the highest they depend on. A region is a run of levels, and its members are the groups of nodes that depend
/// on each other within it. A level joins the region before it as long as that leaves no fewer members than either had: so a member of several
/// steps (<c>select</c>, <c>onnx</c>, <c>softmax</c>) is one piece of work, and what all members feed begins a region of its own.
/// </remarks>
internal static class RegionSplitter
{
    /// <summary>For each region its members, and of each the nodes in the order of the plan.</summary>
    /// <param name="dependsOn">For each node those before it that it reads from.</param>
    internal static int[][][] Split(IReadOnlyList<IReadOnlyList<int>> dependsOn)
    {
        var regions = new List<int[][]>();
        int[][] region = [];
        foreach (var level in Levels(dependsOn))
        {
            var joined = Group([.. region.SelectMany(member => member), .. level], dependsOn);
            if (region.Length == 0 || joined.Length >= Math.Max(region.Length, level.Length))
            {
                region = joined;
                continue;
            }
            regions.Add(region);
            region = Group(level, dependsOn);
        }
        if (region.Length > 0)
        {
            regions.Add(region);
        }
        return [.. regions];
    }

    private static IEnumerable<int[]> Levels(IReadOnlyList<IReadOnlyList<int>> dependsOn)
    {
        var levels = new int[dependsOn.Count];
        for (var node = 0; node < levels.Length; node++)
        {
            levels[node] = dependsOn[node].Count == 0 ? 0 : 1 + dependsOn[node].Max(before => levels[before]);
        }
        return Enumerable.Range(0, levels.Length).GroupBy(node => levels[node]).OrderBy(level => level.Key).Select(level => level.ToArray());
    }

    /// <summary>Groups nodes that are connected by what they read from each other; groups by their first node.</summary>
    private static int[][] Group(int[] nodes, IReadOnlyList<IReadOnlyList<int>> dependsOn)
    {
        var group = nodes.ToDictionary(node => node, node => node);
        foreach (var node in nodes)
        {
            foreach (var before in dependsOn[node].Where(group.ContainsKey))
            {
                var (one, other) = (Root(before), Root(node));
                group[Math.Max(one, other)] = Math.Min(one, other);
            }
        }
        return [.. nodes.Order().GroupBy(Root).OrderBy(members => members.Key).Select(members => members.ToArray())];

        int Root(int node)
        {
            while (group[node] != node)
            {
                node = group[node];
            }
            return node;
        }
    }
}
