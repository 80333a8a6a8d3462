using System.Runtime.InteropServices;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Graphs;

/// <summary>Search in a span of element types: that of .NET 9 does not take an enum.</summary>
internal static class ElementTypeSearch
{
    internal static bool Contains(this ReadOnlySpan<TensorElementType> types, TensorElementType type) =>
        MemoryMarshal.Cast<TensorElementType, int>(types).Contains((int)type);
}
