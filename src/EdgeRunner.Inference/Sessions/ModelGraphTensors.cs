using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Tensors;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Sessions;

/// <summary>The tensors of a graph by name. Owns them all.</summary>
internal sealed class ModelGraphTensors(OrtRuntime runtime, IReadOnlyList<StateSpec> states) : IDisposable
{
    private readonly Dictionary<string, OrtTensor> _tensors = new(StringComparer.Ordinal);

    /// <summary>State ↔ its next value, both ways: the pairs that trade places in phase 1.</summary>
    private readonly Dictionary<string, string> _swapped = states
        .SelectMany(state => new[] { KeyValuePair.Create(state.Name, state.Next), KeyValuePair.Create(state.Next, state.Name) })
        .ToDictionary(StringComparer.Ordinal);

    private readonly List<(OrtTensor Tensor, TensorData? Initial)> _states = [];

    /// <summary>1 without states, 2 with.</summary>
    internal int PhaseCount => states.Count == 0 ? 1 : 2;

    /// <summary>Whether a tensor has been made.</summary>
    internal bool Contains(string name) => _tensors.ContainsKey(name);

    /// <summary>Makes a tensor of zeros.</summary>
    internal OrtTensor Add(string name, TensorElementType type, ReadOnlySpan<long> shape)
    {
        var tensor = OrtTensor.Allocate(runtime, type, shape);
        _tensors.Add(name, tensor);
        return tensor;
    }

    /// <summary>Makes the tensor of a state.</summary>
    /// <param name="state">The state.</param>
    /// <param name="initial">Its value before the first run, of the same type and shape; null is zeros.</param>
    internal void AddState(StateSpec state, TensorData? initial) => _states.Add((Add(state.Name, state.Type, [.. state.Shape]), initial));

    /// <summary>The tensor that stands for a name in a phase.</summary>
    internal OrtTensor Get(string name, int phase) => _tensors[phase == 1 && _swapped.TryGetValue(name, out var other) ? other : name];

    /// <summary>The tensors that stand for a name in each phase; one when it is the same in all.</summary>
    internal OrtTensor[] InEachPhase(string name) => _swapped.ContainsKey(name) ? [Get(name, 0), Get(name, 1)] : [_tensors[name]];

    internal void WriteInitialStates()
    {
        foreach (var (tensor, initial) in _states)
        {
            if (initial is null)
            {
                tensor.Bytes.Clear();
            }
            else
            {
                initial.Bytes.Span.CopyTo(tensor.Bytes);
            }
        }
    }

    public void Dispose()
    {
        foreach (var tensor in _tensors.Values)
        {
            tensor.Dispose();
        }
    }
}
