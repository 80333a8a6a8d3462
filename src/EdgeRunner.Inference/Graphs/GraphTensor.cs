using EdgeRunner.Inference.Tensors;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Graphs;

/// <summary>A named tensor of the graph with what is known of it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">Where its value comes from.</param>
/// <param name="Type">Element type; <see cref="TensorElementType.Undefined"/> until the step that makes it has been checked.</param>
/// <param name="Shape">Dimensions, -1 where open; null when not even the rank is known.</param>
/// <param name="Step">The step that makes it; null unless <paramref name="Kind"/> is <see cref="GraphTensorKind.Made"/>.</param>
public sealed record GraphTensor(string Name, GraphTensorKind Kind, TensorElementType Type, IReadOnlyList<long>? Shape, string? Step = null)
{
    /// <summary><c>float32[1, ?]</c>.</summary>
    public override string ToString() => Describe(Type, Shape);

    /// <summary>Whether type and every dimension are known.</summary>
    internal bool IsFixed => Type != TensorElementType.Undefined && Shape is not null && Shape.All(dimension => dimension >= 0);

    internal static string Describe(TensorElementType type, IReadOnlyList<long>? shape) =>
        shape is null ? $"{type.Format()} of unknown shape" : ElementSizes.Describe(type, [.. shape]);
}
