using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Plans;

namespace EdgeRunner.Inference.Sessions;

/// <summary>The plans of one model for the sizes it met last. Bounded: the one that was not used for longest goes first.</summary>
internal sealed class PreparedPlans : IDisposable
{
    private readonly PlanCompiler _compiler;
    private readonly ModelManifest _manifest;
    private readonly int _capacity;

    /// <summary>The one in use first.</summary>
    private readonly List<(long[] Sizes, ExecutionPlan Plan)> _plans;

    /// <param name="compiler">Makes plans; owned from now on.</param>
    /// <param name="manifest">The manifest, with its default sizes.</param>
    /// <param name="capacity">Plans kept at most; at least 1.</param>
    internal PreparedPlans(PlanCompiler compiler, ModelManifest manifest, int capacity)
    {
        _compiler = compiler;
        _manifest = manifest;
        _capacity = capacity;
        Dimensions = [.. manifest.Dimensions.Keys.Order(StringComparer.Ordinal)];
        _plans = new(capacity + 1) { ([.. Dimensions.Select(name => manifest.Dimensions[name].Default)], compiler.Compile(manifest, phase: 0)) };
        if (Dimensions.Count == 0)
        {
            // Nothing will be compiled again.
            compiler.Dispose();
        }
    }

    /// <summary>Names of the dimensions, in the order of every list of sizes.</summary>
    internal IReadOnlyList<string> Dimensions { get; }

    /// <summary>The plan in use.</summary>
    internal ExecutionPlan Current => _plans[0].Plan;

    /// <summary>The sizes it is for.</summary>
    internal IReadOnlyList<long> Sizes => _plans[0].Sizes;

    /// <summary>Uses the plan for those sizes; makes it when there is none. Allocates only then.</summary>
    /// <param name="sizes">One for each of <see cref="Dimensions"/>.</param>
    /// <param name="phase">The phase of the next run.</param>
    /// <exception cref="ArgumentException">A size is out of its range, or there are too few or too many.</exception>
    internal void Use(ReadOnlySpan<long> sizes, int phase)
    {
        for (var i = 0; i < _plans.Count; i++)
        {
            if (sizes.SequenceEqual(_plans[i].Sizes))
            {
                var found = _plans[i];
                _plans.RemoveAt(i);
                _plans.Insert(0, found);
                return;
            }
        }
        Check(sizes);
        Add(sizes.ToArray(), phase);
    }

    public void Dispose()
    {
        _plans.ForEach(entry => entry.Plan.Dispose());
        _compiler.Dispose();
    }

    private void Add(long[] sizes, int phase)
    {
        var byName = Dimensions.Zip(sizes).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
        _plans.Insert(0, (sizes, _compiler.Compile(_manifest.Resize(name => byName[name]), phase)));
        if (_plans.Count > _capacity)
        {
            _plans[^1].Plan.Dispose();
            _plans.RemoveAt(_plans.Count - 1);
        }
    }

    private void Check(ReadOnlySpan<long> sizes)
    {
        if (sizes.Length != Dimensions.Count)
        {
            throw new ArgumentException($"{sizes.Length} sizes given, the model has {Dimensions.Count} dimensions: {string.Join(", ", Dimensions)}", nameof(sizes));
        }
        for (var i = 0; i < sizes.Length; i++)
        {
            var range = _manifest.Dimensions[Dimensions[i]];
            if (sizes[i] < range.Minimum || sizes[i] > range.Maximum)
            {
                throw new ArgumentException($"dimension \"{Dimensions[i]}\" is {sizes[i]}; the model takes {range.Minimum} to {range.Maximum}", nameof(sizes));
            }
        }
    }
}
