using System.Numerics;
using EdgeRunner.Inference.Plans.Elements;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Ensembles;

/// <summary>A tensor of one of the four float types, as seen by kernels that calculate in float64. They do for the same answer as
/// scikit-learn's, which has nothing else: a sum of float32 members is exact there, so neither their order nor their number moves a tie.</summary>
internal readonly struct FloatTensor(OrtTensor tensor)
{
    internal static FloatTensor[] Wrap(OrtTensor[] tensors) => Array.ConvertAll(tensors, tensor => new FloatTensor(tensor));

    /// <summary><c>sums[i] += factor · this[i]</c>.</summary>
    internal void AddTo(Span<double> sums, double factor)
    {
        switch (tensor.ElementType)
        {
            case TensorElementType.Float32: Add<Plain<float>, float, float>(sums, factor); break;
            case TensorElementType.Float64: Add<Plain<double>, double, double>(sums, factor); break;
            case TensorElementType.Float16: Add<HalfElement, Half, float>(sums, factor); break;
            default: Add<BFloat16Element, ushort, float>(sums, factor); break;
        }
    }

    /// <summary><c>values[i] = this[first + i]</c>.</summary>
    internal void Read(int first, Span<double> values)
    {
        switch (tensor.ElementType)
        {
            case TensorElementType.Float32: Load<Plain<float>, float, float>(first, values); break;
            case TensorElementType.Float64: Load<Plain<double>, double, double>(first, values); break;
            case TensorElementType.Float16: Load<HalfElement, Half, float>(first, values); break;
            default: Load<BFloat16Element, ushort, float>(first, values); break;
        }
    }

    /// <summary><c>this[i] = values[i]</c>, rounded once.</summary>
    internal void Write(ReadOnlySpan<double> values)
    {
        switch (tensor.ElementType)
        {
            case TensorElementType.Float32: Store<Plain<float>, float, float>(values); break;
            case TensorElementType.Float64: Store<Plain<double>, double, double>(values); break;
            case TensorElementType.Float16: Store<HalfElement, Half, float>(values); break;
            default: Store<BFloat16Element, ushort, float>(values); break;
        }
    }

    private void Add<TElement, TStored, TMath>(Span<double> sums, double factor)
        where TElement : struct, IElement<TStored, TMath>
        where TStored : unmanaged
        where TMath : unmanaged, INumber<TMath>
    {
        var values = tensor.AsSpan<TStored>()[..sums.Length];
        for (var i = 0; i < sums.Length; i++)
        {
            sums[i] += factor * double.CreateTruncating(TElement.Load(values[i]));
        }
    }

    private void Load<TElement, TStored, TMath>(int first, Span<double> values)
        where TElement : struct, IElement<TStored, TMath>
        where TStored : unmanaged
        where TMath : unmanaged, INumber<TMath>
    {
        var elements = tensor.AsSpan<TStored>().Slice(first, values.Length);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = double.CreateTruncating(TElement.Load(elements[i]));
        }
    }

    private void Store<TElement, TStored, TMath>(ReadOnlySpan<double> values)
        where TElement : struct, IElement<TStored, TMath>
        where TStored : unmanaged
        where TMath : unmanaged, INumber<TMath>
    {
        var elements = tensor.AsSpan<TStored>()[..values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            elements[i] = TElement.Store(TMath.CreateTruncating(values[i]));
        }
    }
}
