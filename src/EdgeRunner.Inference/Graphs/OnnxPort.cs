using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Graphs;

/// <summary>An input or output of an ONNX file, as the file itself declares it.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Type">Element type; <see cref="TensorElementType.Undefined"/> when it is no tensor (a sequence, map or optional).</param>
/// <param name="Shape">Dimensions, -1 where open; null when the file does not state a rank.</param>
/// <param name="Symbols">For each dimension the name the file gives it, such as <c>N</c>; null where it has none. Empty when there are none at all.</param>
public sealed record OnnxPort(string Name, TensorElementType Type, IReadOnlyList<long>? Shape, IReadOnlyList<string?>? Symbols = null)
{
    /// <summary>Names of open dimensions; as many as <see cref="Shape"/> has, or none.</summary>
    public IReadOnlyList<string?> Symbols { get; init; } = Symbols ?? [];
}
