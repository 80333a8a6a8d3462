using EdgeRunner.Inference.Graphs;

namespace EdgeRunner.Inference.Plans;

/// <summary>Decides which tensors lie inside others.</summary>
/// <remarks>
/// Each tensor is written by one step, once in a run, and only read after that, so a part may always be written in place of the whole's
/// region. What speaks against it is the life of the memory around a run: a result must stay readable while the caller already writes the
/// next input, and a state and its next value trade places as whole allocations.
/// </remarks>
internal static class TensorLayout
{
    /// <summary>Where each tensor lies that has no memory of its own.</summary>
    /// <param name="check">A graph without errors.</param>
    /// <param name="kept">Results that outlive a run: model outputs and next states.</param>
    /// <param name="carried">Tensors that belong to the model and not to the plan: constants, states and next states.</param>
    internal static Dictionary<string, TensorShare> Decide(GraphCheck check, IReadOnlySet<string> kept, IReadOnlySet<string> carried)
    {
        var layout = new Dictionary<string, TensorShare>(StringComparer.Ordinal);
        foreach (var offer in check.Shares)
        {
            var part = offer.MadeWithin is not null ? offer.Part : Owner(check, layout, offer.Part);
            var root = Resolve(layout, offer.Whole, 0).Root;
            var isRefused = check.Tensors[part].Kind != GraphTensorKind.Made || carried.Contains(part) || layout.ContainsKey(part)
                || string.Equals(part, root, StringComparison.Ordinal)
                || (offer.MadeWithin is { } within && layout.Keys.Any(inside => !within.Contains(inside) && string.Equals(Resolve(layout, inside, 0).Root, part, StringComparison.Ordinal)))
                || (kept.Contains(offer.Part) && check.Tensors[root].Kind != GraphTensorKind.Made);
            if (!isRefused)
            {
                layout.Add(part, offer with { Part = part });
            }
        }
        return layout;
    }

    /// <summary>The tensor with memory of its own in which an element lies, and where.</summary>
    internal static (string Root, long Element) Resolve(IReadOnlyDictionary<string, TensorShare> layout, string name, long element)
    {
        while (layout.TryGetValue(name, out var share))
        {
            (name, element) = (share.Whole, share.FirstElement + element);
        }
        return (name, element);
    }

    /// <summary>The tensor that must move for <paramref name="name"/> to move: itself, or the one of which it shows all elements.</summary>
    private static string Owner(GraphCheck check, Dictionary<string, TensorShare> layout, string name)
    {
        while (layout.TryGetValue(name, out var share) && Count(check, share.Whole) == Count(check, share.Part))
        {
            name = share.Whole;
        }
        return name;
    }

    private static Int128 Count(GraphCheck check, string name) => check.Tensors[name].Shape!.Aggregate((Int128)1, (count, size) => count * size);
}
