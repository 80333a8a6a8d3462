using EdgeRunner.Inference.Bundles;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Sessions;

/// <summary>An input or output of a loaded model: what the manifest says of it, and the tensor to write or read in place.</summary>
public sealed class ModelPort
{
    private readonly ModelInstance _model;
    private readonly OrtTensor[] _byPhase;

    internal ModelPort(ModelInstance model, TensorSpec spec, OrtTensor[] byPhase)
    {
        _model = model;
        _byPhase = byPhase;
        Spec = spec;
    }

    /// <summary>Name, type, shape, meaning, unit and labels.</summary>
    public TensorSpec Spec { get; }

    /// <summary>Name in the manifest.</summary>
    public string Name => Spec.Name;

    /// <summary>The tensor; owned by the model. An input is always the same one. An output holds the result of the last run until the next; one
    /// that is also the next value of a state is another tensor after each run, so take it from here each time.</summary>
    public OrtTensor Tensor => _byPhase.Length == 1 ? _byPhase[0] : _byPhase[_model.LastPhase];

    /// <summary><c>audio float32[1, 576]</c>.</summary>
    public override string ToString() => $"{Name} {TensorElementTypes.Format(Spec.Type, [.. Spec.Shape])}";
}
