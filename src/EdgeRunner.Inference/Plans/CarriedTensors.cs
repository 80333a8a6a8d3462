using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Inference.Tensors;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Plans;

/// <summary>Tensors that outlive a run, and are the same in every plan of a model: constants and states. Owns them.</summary>
/// <remarks>A state costs no copy. It has two tensors, and every plan is made twice, for two <em>phases</em>: in phase 0 steps read the state
/// from the first tensor and write its next value into the second, in phase 1 the other way round.</remarks>
internal sealed class CarriedTensors(OrtRuntime runtime) : IDisposable
{
    private readonly Dictionary<string, OrtTensor[]> _byPhase = new(StringComparer.Ordinal);
    private readonly List<OrtTensor> _owned = [];
    private readonly List<(OrtTensor Tensor, TensorData? Initial)> _states = [];

    /// <summary>1 without states, 2 with.</summary>
    internal int PhaseCount => _states.Count == 0 ? 1 : 2;

    /// <summary>Names of the constants, states and next states.</summary>
    internal IEnumerable<string> Names => _byPhase.Keys;

    internal void AddConstant(ConstantSpec constant)
    {
        var tensor = Allocate(constant.Type, constant.Shape);
        constant.ToTensor().CopyTo(tensor);
        _byPhase.Add(constant.Name, [tensor]);
    }

    /// <param name="state">The state.</param>
    /// <param name="initial">Its value before the first run, of the same type and shape; null is zeros.</param>
    internal void AddState(StateSpec state, TensorData? initial)
    {
        var (first, second) = (Allocate(state.Type, state.Shape), Allocate(state.Type, state.Shape));
        _byPhase.Add(state.Name, [first, second]);
        _byPhase.Add(state.Next, [second, first]);
        _states.Add((first, initial));
    }

    /// <summary>The tensors that stand for a name in each phase; one when it is the same in all.</summary>
    internal bool TryGet(string name, out OrtTensor[] byPhase)
    {
        var found = _byPhase.TryGetValue(name, out var tensors);
        byPhase = tensors ?? [];
        return found;
    }

    /// <summary>Writes the initial values where phase 0 reads them. Allocates nothing.</summary>
    internal void Reset()
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

    public void Dispose() => _owned.ForEach(tensor => tensor.Dispose());

    private OrtTensor Allocate(TensorElementType type, IReadOnlyList<long> shape)
    {
        var tensor = OrtTensor.Allocate(runtime, type, [.. shape]);
        _owned.Add(tensor);
        return tensor;
    }
}
