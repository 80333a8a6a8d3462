using EdgeRunner.Inference.Graphs;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Plans;

/// <summary>Decides which tensors lie inside others.</summary>
/// <remarks>
/// Each tensor is written by one step, once in a run, and only read after that, so a part may always be written in place of the whole's
/// region. What speaks against it is the life of the memory around a run: a result must stay readable while the caller already writes the
/// next input, and a state and its next value trade places as whole allocations.
/// </remarks>
internal static class TensorLayout
{
    /// <summary>The offers that are taken, by part.</summary>
    /// <param name="check">A graph without errors.</param>
    /// <param name="kept">Results that outlive a run: model outputs and next states.</param>
    /// <param name="carried">Tensors that belong to the model and not to the plan: constants, states and next states.</param>
    internal static Dictionary<string, TensorShare> Decide(GraphCheck check, IReadOnlySet<string> kept, IReadOnlySet<string> carried)
    {
        var taken = new Dictionary<string, TensorShare>(StringComparer.Ordinal);
        foreach (var share in check.Shares)
        {
            var part = check.Tensors[share.Part];
            var isRefused = part.Kind != GraphTensorKind.Made || part.Type == TensorElementType.String || carried.Contains(part.Name) || taken.ContainsKey(part.Name)
                || (kept.Contains(part.Name) && !IsMade(check.Tensors, taken, share.Whole));
            if (!isRefused)
            {
                taken.Add(part.Name, share);
            }
        }
        return taken;
    }

    /// <summary>Whether the memory a tensor lies in belongs to something a step makes.</summary>
    private static bool IsMade(IReadOnlyDictionary<string, GraphTensor> tensors, Dictionary<string, TensorShare> taken, string name)
    {
        while (taken.TryGetValue(name, out var share))
        {
            name = share.Whole;
        }
        return tensors[name].Kind == GraphTensorKind.Made;
    }
}
