using EdgeRunner.Inference.Graphs;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Sessions;

/// <summary>What a session takes and gives, in the form graphs are checked against.</summary>
internal static class SessionSignature
{
    internal static OnnxSignature Of(OrtSession session) => new([.. session.Inputs.Select(ToPort)], [.. session.Outputs.Select(ToPort)]);

    private static OnnxPort ToPort(OrtValueDescription description) => new(
        description.Name,
        description.IsSupported ? description.ElementType : TensorElementType.Undefined,
        // ONNX Runtime says the same of a scalar and of a tensor of unknown rank; the manifest knows which it is.
        description.Shape.Count == 0 ? null : description.Shape,
        [.. description.SymbolicDimensions.Select(symbol => symbol.Length == 0 ? null : symbol)]);
}
