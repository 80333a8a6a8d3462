using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Tensors;

/// <summary>The names an element type can have in <c>model.json</c>, for messages.</summary>
internal static class ElementTypeNames
{
    internal static IReadOnlyList<string> All { get; } =
        [.. Enum.GetValues<TensorElementType>().Where(type => type != TensorElementType.Undefined).Select(type => type.Format())];
}
