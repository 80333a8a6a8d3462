using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Bundles;

/// <summary>A tensor that one run leaves to the next, e.g. the state of a recurrent network.</summary>
/// <param name="Name">Name under which steps read it.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Dimensions; empty is a scalar.</param>
/// <param name="Next">Tensor, made by a step of this run, that becomes the state of the next run.</param>
/// <param name="Initial">A <c>.npy</c> file with the value before the first run; zeros when absent.</param>
public sealed record StateSpec(string Name, TensorElementType Type, IReadOnlyList<long> Shape, string Next, string? Initial = null);
