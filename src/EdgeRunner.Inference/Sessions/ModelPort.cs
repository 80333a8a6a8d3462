using EdgeRunner.Inference.Bundles;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Sessions;

/// <summary>An input or output of a loaded model: what the manifest says of it, and the tensor to write or read in place.</summary>
public sealed class ModelPort
{
    private readonly ModelInstance _model;
    private readonly int _index;

    /// <param name="model">The model.</param>
    /// <param name="spec">What the manifest says.</param>
    /// <param name="index">Its place in <see cref="Plans.ExecutionPlan.Ports"/>.</param>
    internal ModelPort(ModelInstance model, TensorSpec spec, int index)
    {
        _model = model;
        _index = index;
        Spec = spec;
    }

    /// <summary>Name, type, shape, meaning, unit and labels.</summary>
    public TensorSpec Spec { get; }

    /// <summary>Name in the manifest.</summary>
    public string Name => Spec.Name;

    /// <summary>The tensor; owned by the model. An input is always the same one. An output holds the result of the last run until the next; one
    /// that is also the next value of a state is another tensor after each run, so take it from here each time. After <see cref="ModelInstance.Resize"/> it is
    /// another one too.</summary>
    public OrtTensor Tensor => _model.Plan.Ports[_index] is { Length: > 1 } byPhase ? byPhase[_model.LastPhase] : _model.Plan.Ports[_index][0];

    /// <summary><c>audio float32[1, 576]</c>; a named dimension is its name.</summary>
    public override string ToString() => Spec.Symbols.Count == 0
        ? $"{Name} {TensorElementTypes.Format(Spec.Type, [.. Spec.Shape])}"
        : $"{Name} {Spec.Type.Format()}[{string.Join(", ", Spec.Shape.Select((size, i) => Spec.Symbols[i] ?? $"{size}"))}]";
}
