using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Graphs;

/// <summary>Inputs and outputs of an ONNX file. Taken from a session, so that it is what ONNX Runtime will ask for; a type of its own,
/// so that graphs can be checked without one.</summary>
/// <param name="Inputs">Inputs that a run must be given.</param>
/// <param name="Outputs">Outputs that a run can give.</param>
/// <param name="OptionalInputs">Inputs with a default in the file, which a run may be given.</param>
public sealed record OnnxSignature(IReadOnlyList<OnnxPort> Inputs, IReadOnlyList<OnnxPort> Outputs, IReadOnlyList<OnnxPort>? OptionalInputs = null)
{
    /// <summary>Inputs with a default in the file; empty when there are none.</summary>
    public IReadOnlyList<OnnxPort> OptionalInputs { get; init; } = OptionalInputs ?? [];

    /// <summary>What a loaded model says of itself.</summary>
    public static OnnxSignature Of(OrtSession session) =>
        new([.. session.Inputs.Select(Port)], [.. session.Outputs.Select(Port)], [.. session.OverridableInitializers.Select(Port)]);

    // An empty shape is a scalar or an unknown rank; ONNX Runtime does not tell the two apart, so it is treated as unknown.
    private static OnnxPort Port(OrtValueDescription value) => new(
        value.Name,
        value.IsSupported ? value.ElementType : TensorElementType.Undefined,
        value.Shape.Count == 0 ? null : value.Shape,
        [.. value.SymbolicDimensions.Select(symbol => symbol.Length == 0 ? null : symbol)]);
}
