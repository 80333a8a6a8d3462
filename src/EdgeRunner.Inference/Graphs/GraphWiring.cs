using EdgeRunner.Inference.Bundles;

namespace EdgeRunner.Inference.Graphs;

/// <summary>Names of a graph: each tensor comes from one place, before it is read, and is read by somebody. One instance checks one manifest.</summary>
internal sealed class GraphWiring
{
    private readonly ModelManifest _manifest;
    private readonly List<GraphError> _errors = [];

    /// <summary>What each name is, for messages: <c>an input</c>, <c>made by step "vad"</c>.</summary>
    private readonly Dictionary<string, string> _origins = new(StringComparer.Ordinal);

    /// <summary>Index of the step that makes a tensor; -1 for what is there before the first step.</summary>
    private readonly Dictionary<string, int> _madeBy = new(StringComparer.Ordinal);

    private GraphWiring(ModelManifest manifest) => _manifest = manifest;

    internal static IReadOnlyList<GraphError> Check(ModelManifest manifest)
    {
        var wiring = new GraphWiring(manifest);
        wiring.Define();
        wiring.CheckReads();
        wiring.CheckNested();
        wiring.CheckOutputs();
        wiring.CheckUnused();
        return wiring._errors;
    }

    private void Define()
    {
        foreach (var input in _manifest.Inputs)
        {
            Define(input.Name, "an input", step: -1);
        }
        foreach (var constant in _manifest.Constants)
        {
            Define(constant.Name, "a constant", step: -1);
        }
        foreach (var state in _manifest.States)
        {
            Define(state.Name, "a state", step: -1);
        }
        for (var i = 0; i < _manifest.Graph.Count; i++)
        {
            foreach (var name in _manifest.Graph[i].Makes)
            {
                Define(name, $"made by step \"{_manifest.Graph[i].Name}\"", i);
            }
        }
        var outputs = new HashSet<string>(StringComparer.Ordinal);
        foreach (var output in _manifest.Outputs.Where(output => !outputs.Add(output.Name)))
        {
            Add(null, output.Name, "one output of that name", "two");
        }
    }

    private void Define(string name, string origin, int step)
    {
        if (_origins.TryGetValue(name, out var other))
        {
            Add(step < 0 ? null : _manifest.Graph[step].Name, name, "a name of its own", $"two tensors of that name: {other} and {origin}");
            return;
        }
        _origins.Add(name, origin);
        _madeBy.Add(name, step);
    }

    private void CheckReads()
    {
        for (var i = 0; i < _manifest.Graph.Count; i++)
        {
            var step = _manifest.Graph[i];
            foreach (var name in step.Reads.Distinct(StringComparer.Ordinal))
            {
                if (!_madeBy.TryGetValue(name, out var maker))
                {
                    Add(step.Name, name, $"an input, constant, state or the result of an earlier step{NearestName.Hint(name, _madeBy.Keys)}", "no tensor of that name");
                }
                else if (maker >= i)
                {
                    var cycle = FindCycle(maker, reader: i);
                    Add(step.Name, name, cycle is null ? $"step \"{_manifest.Graph[maker].Name}\", which makes it, to come before this one" : "no cycle (a value of the run before is a state)",
                        cycle is null ? "it comes after" : string.Join(" -> ", cycle.Select(index => $"\"{_manifest.Graph[index].Name}\"")));
                }
            }
            if (!step.Makes.Any())
            {
                Add(step.Name, null, "at least one output", "none");
            }
        }
    }

    /// <summary>Steps along the data from <paramref name="reader"/> to <paramref name="maker"/> and back to the reader, which reads what
    /// the maker makes; null when the maker does not depend on the reader. Breadth first, so the shortest.</summary>
    private List<int>? FindCycle(int maker, int reader)
    {
        var feeds = new Dictionary<int, int> { [maker] = -1 };
        var queue = new Queue<int>([maker]);
        while (queue.TryDequeue(out var current))
        {
            if (current == reader)
            {
                var cycle = new List<int>();
                for (var i = reader; i != -1; i = feeds[i])
                {
                    cycle.Add(i);
                }
                return [.. cycle, reader];
            }
            foreach (var name in _manifest.Graph[current].Reads)
            {
                if (_madeBy.TryGetValue(name, out var before) && before >= 0 && feeds.TryAdd(before, current))
                {
                    queue.Enqueue(before);
                }
            }
        }
        return null;
    }

    private void CheckNested()
    {
        foreach (var step in _manifest.Graph.Where(step => step.Nested.Count > 0))
        {
            NestedWiring.Check(step, _origins, _errors);
        }
    }

    private void CheckOutputs()
    {
        foreach (var output in _manifest.Outputs)
        {
            CheckMade(output.Name, "an output");
        }
        var nexts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var state in _manifest.States)
        {
            CheckMade(state.Next, $"the next value of state \"{state.Name}\"");
            if (!nexts.TryAdd(state.Next, state.Name))
            {
                Add(null, state.Next, "to be the next value of one state", $"it is that of \"{nexts[state.Next]}\" and \"{state.Name}\"");
            }
        }
    }

    private void CheckMade(string name, string role)
    {
        var made = _madeBy.Where(pair => pair.Value >= 0).Select(pair => pair.Key);
        if (!_madeBy.TryGetValue(name, out var step))
        {
            Add(null, name, $"a step that makes {role}{NearestName.Hint(name, made)}", "no tensor of that name");
        }
        else if (step < 0)
        {
            Add(null, name, $"a step that makes {role}", _origins[name]);
        }
    }

    private void CheckUnused()
    {
        var used = new HashSet<string>(
            _manifest.Graph.SelectMany(step => step.Reads).Concat(_manifest.Outputs.Select(output => output.Name)).Concat(_manifest.States.Select(state => state.Next)),
            StringComparer.Ordinal);
        foreach (var (name, step) in _madeBy.Where(pair => !used.Contains(pair.Key)))
        {
            Add(step < 0 ? null : _manifest.Graph[step].Name, name, "somebody to read it (or leave it out)", $"{_origins[name]} that nobody reads");
        }
    }

    private void Add(string? step, string? tensor, string expected, string found) => _errors.Add(new GraphError(step, tensor, expected, found));
}
