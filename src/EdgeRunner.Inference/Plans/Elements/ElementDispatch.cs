using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Plans.Elements;

/// <summary>From an element type, known at load, to a kernel compiled for it. Every instance is named here, so that the AOT compiler sees it.</summary>
internal static class ElementDispatch
{
    /// <summary>A kernel over one of the four float types.</summary>
    internal static PlanStep Float<TKernel>(TensorElementType type, TKernel kernel) where TKernel : struct, IFloatKernel => type switch
    {
        TensorElementType.Float32 => kernel.Make<Plain<float>, float, float>(),
        TensorElementType.Float64 => kernel.Make<Plain<double>, double, double>(),
        TensorElementType.Float16 => kernel.Make<HalfElement, Half, float>(),
        TensorElementType.BFloat16 => kernel.Make<BFloat16Element, ushort, float>(),
        _ => throw NotFor(type),
    };

    /// <summary>A kernel over one of the twelve number types: floats and integers.</summary>
    internal static PlanStep Number<TKernel>(TensorElementType type, TKernel kernel) where TKernel : struct, INumberKernel => type switch
    {
        TensorElementType.Float32 => kernel.Make<Plain<float>, float, float>(),
        TensorElementType.Float64 => kernel.Make<Plain<double>, double, double>(),
        TensorElementType.Float16 => kernel.Make<HalfElement, Half, float>(),
        TensorElementType.BFloat16 => kernel.Make<BFloat16Element, ushort, float>(),
        TensorElementType.Int8 => kernel.Make<Plain<sbyte>, sbyte, sbyte>(),
        TensorElementType.UInt8 => kernel.Make<Plain<byte>, byte, byte>(),
        TensorElementType.Int16 => kernel.Make<Plain<short>, short, short>(),
        TensorElementType.UInt16 => kernel.Make<Plain<ushort>, ushort, ushort>(),
        TensorElementType.Int32 => kernel.Make<Plain<int>, int, int>(),
        TensorElementType.UInt32 => kernel.Make<Plain<uint>, uint, uint>(),
        TensorElementType.Int64 => kernel.Make<Plain<long>, long, long>(),
        TensorElementType.UInt64 => kernel.Make<Plain<ulong>, ulong, ulong>(),
        _ => throw NotFor(type),
    };

    /// <summary>A kernel that moves elements of that type without looking at them.</summary>
    internal static PlanStep Word<TKernel>(TensorElementType type, TKernel kernel) where TKernel : struct, IWordKernel => type.SizeBytes() switch
    {
        1 => kernel.Make<byte>(),
        2 => kernel.Make<ushort>(),
        4 => kernel.Make<uint>(),
        8 => kernel.Make<ulong>(),
        _ => throw NotFor(type),
    };

    // The rule of the kind has refused every other type before a kernel is asked for.
    private static InvalidOperationException NotFor(TensorElementType type) => new($"There is no kernel for {type.Format()}");
}
