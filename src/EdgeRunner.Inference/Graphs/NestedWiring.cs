using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Bundles.Steps;

namespace EdgeRunner.Inference.Graphs;

/// <summary>Names inside a step that has steps of its own. What they read from outside counts as read by the outer step, and is checked there.</summary>
internal static class NestedWiring
{
    /// <param name="outer">The step with the inner ones.</param>
    /// <param name="origins">Every name outside, and every name inside that was seen already, with where it comes from; extended.</param>
    /// <param name="errors">Extended by what does not fit.</param>
    internal static void Check(StepSpec outer, Dictionary<string, string> origins, List<GraphError> errors)
    {
        var madeBy = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < outer.Nested.Count; i++)
        {
            foreach (var name in outer.Nested[i].Makes)
            {
                var origin = $"made by step \"{outer.Nested[i].Name}\"";
                if (!origins.TryAdd(name, origin))
                {
                    errors.Add(new GraphError(outer.Nested[i].Name, name, "a name of its own", $"two tensors of that name: {origins[name]} and {origin}"));
                }
                madeBy.TryAdd(name, i);
            }
        }
        for (var i = 0; i < outer.Nested.Count; i++)
        {
            CheckReads(outer, i, madeBy, errors);
        }
        foreach (var name in outer.ReadsNested.Where(name => !madeBy.ContainsKey(name)))
        {
            errors.Add(new GraphError(outer.Name, name, $"a tensor that a step inside makes{NearestName.Hint(name, madeBy.Keys)}", origins.TryGetValue(name, out var origin) ? origin : "no tensor of that name"));
        }
        var used = outer.Nested.SelectMany(step => step.Reads).Concat(outer.ReadsNested).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, index) in madeBy.Where(made => !used.Contains(made.Key)))
        {
            errors.Add(new GraphError(outer.Nested[index].Name, name, "somebody inside to read it (or leave it out)", $"{origins[name]} that nobody reads"));
        }
        foreach (var inner in outer.Nested.Where(inner => inner.Nested.Count > 0))
        {
            Check(inner, origins, errors);
        }
    }

    private static void CheckReads(StepSpec outer, int index, Dictionary<string, int> madeBy, List<GraphError> errors)
    {
        var step = outer.Nested[index];
        foreach (var name in step.Reads.Distinct(StringComparer.Ordinal))
        {
            if (madeBy.TryGetValue(name, out var maker) && maker >= index)
            {
                errors.Add(maker == index
                    ? new GraphError(step.Name, name, "no cycle (a value of the run before is a state)", $"\"{step.Name}\" -> \"{step.Name}\"")
                    : new GraphError(step.Name, name, $"step \"{outer.Nested[maker].Name}\", which makes it, to come before this one", "it comes after"));
            }
        }
        if (!step.Makes.Any())
        {
            errors.Add(new GraphError(step.Name, null, "at least one output", "none"));
        }
    }
}
