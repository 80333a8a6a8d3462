using EdgeRunner.Inference.Graphs;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Plans;

/// <summary>The tensors of one plan by name. Owns all but the carried ones.</summary>
internal sealed class PlanTensors(OrtRuntime runtime, CarriedTensors carried) : IDisposable
{
    private readonly Dictionary<string, OrtTensor[]> _byPhase = new(StringComparer.Ordinal);
    private IReadOnlyDictionary<string, TensorShare> _layout = new Dictionary<string, TensorShare>(StringComparer.Ordinal);
    private readonly List<OrtTensor> _owned = [];

    /// <summary>What makes the tensors.</summary>
    internal OrtRuntime Runtime => runtime;

    /// <summary>Makes every tensor that is not carried, each in the memory the layout gives it.</summary>
    internal void AddAll(IEnumerable<GraphTensor> tensors, IReadOnlyDictionary<string, TensorShare> layout)
    {
        _layout = layout;
        var byName = tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        foreach (var tensor in byName.Values)
        {
            AddWithWhole(tensor, byName);
        }
    }

    /// <summary>Makes a tensor of zeros, unless it is there or carried.</summary>
    internal void Add(GraphTensor tensor)
    {
        if (!Contains(tensor.Name))
        {
            _byPhase.Add(tensor.Name, [AddScratch(tensor.Type, [.. tensor.Shape!])]);
        }
    }

    /// <summary>Takes over a tensor under a name.</summary>
    internal void Own(string name, OrtTensor tensor)
    {
        _owned.Add(tensor);
        _byPhase.Add(name, [tensor]);
    }

    /// <summary>Makes a tensor of zeros without a name.</summary>
    internal OrtTensor AddScratch(TensorElementType type, ReadOnlySpan<long> shape)
    {
        var tensor = OrtTensor.Allocate(runtime, type, shape);
        _owned.Add(tensor);
        return tensor;
    }

    internal bool Contains(string name) => _byPhase.ContainsKey(name) || carried.TryGet(name, out _);

    /// <summary>The tensors that stand for a name in each phase; one when it is the same in all.</summary>
    internal OrtTensor[] InEachPhase(string name) => carried.TryGet(name, out var byPhase) ? byPhase : _byPhase[name];

    /// <summary>The tensor that stands for a name in a phase.</summary>
    internal OrtTensor Get(string name, int phase) => InEachPhase(name) is { Length: > 1 } both ? both[phase] : InEachPhase(name)[0];

    /// <summary>Whether a part lies in a whole at that element.</summary>
    internal bool IsShared(string part, string whole, long firstElement) => TensorLayout.Resolve(_layout, part, 0) == TensorLayout.Resolve(_layout, whole, firstElement);

    public void Dispose() => _owned.ForEach(tensor => tensor.Dispose());

    private void AddWithWhole(GraphTensor tensor, Dictionary<string, GraphTensor> byName)
    {
        if (Contains(tensor.Name))
        {
            return;
        }
        if (!_layout.TryGetValue(tensor.Name, out var share))
        {
            Add(tensor);
            return;
        }
        AddWithWhole(byName[share.Whole], byName);
        var views = Array.ConvertAll(InEachPhase(share.Whole), whole => whole.View((int)share.FirstElement, [.. tensor.Shape!]));
        _owned.AddRange(views);
        _byPhase.Add(tensor.Name, views);
    }
}
