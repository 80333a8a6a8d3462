using System.Numerics;
using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Plans.Elements;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Plans.Kernels;

/// <summary>The kernel of <see cref="CastStepSpec"/>, in two halves: the elements of a block become the widest type of their sort, which the
/// target narrows. 13 sources and 13 targets are 26 halves; as whole loops they would be 169.</summary>
internal sealed class CastStep<TElement, TStored, TMath, TWide>(OrtTensor input, OrtTensor output, CastTarget target) : PlanStep
    where TElement : struct, IElement<TStored, TMath>
    where TStored : unmanaged
    where TMath : unmanaged, INumber<TMath>
    where TWide : unmanaged, INumber<TWide>
{
    /// <summary>Elements of a block: 1 KiB of the widest type, which stays in the nearest cache.</summary>
    private const int BlockElements = 128;

    internal override void Run(OrtRunOptions? options)
    {
        ReadOnlySpan<TStored> from = input.AsSpan<TStored>();
        Span<TWide> block = stackalloc TWide[BlockElements];
        for (var start = 0; start < from.Length; start += BlockElements)
        {
            var wide = block[..Math.Min(BlockElements, from.Length - start)];
            for (var i = 0; i < wide.Length; i++)
            {
                wide[i] = TWide.CreateTruncating(TElement.Load(from[start + i]));
            }
            target.Store<TWide>(wide, start, output);
        }
    }
}

/// <summary>Makes the kernel for the two types.</summary>
internal static class CastStep
{
    internal static void Compile(CastStepSpec step, PlanBuilder plan)
    {
        var input = plan.Tensor(step.Input);
        if (input.ElementType == step.To)
        {
            CopyStep.AddUnlessShared(step, plan);
            return;
        }
        plan.Add(Make(input, plan.Tensor(step.Output), CastTarget.Of(step.To)));
    }

    private static PlanStep Make(OrtTensor input, OrtTensor output, CastTarget target) => input.ElementType switch
    {
        TensorElementType.Float32 => new CastStep<Plain<float>, float, float, double>(input, output, target),
        TensorElementType.Float64 => new CastStep<Plain<double>, double, double, double>(input, output, target),
        TensorElementType.Float16 => new CastStep<HalfElement, Half, float, double>(input, output, target),
        TensorElementType.BFloat16 => new CastStep<BFloat16Element, ushort, float, double>(input, output, target),
        TensorElementType.Int8 => new CastStep<Plain<sbyte>, sbyte, sbyte, long>(input, output, target),
        TensorElementType.Int16 => new CastStep<Plain<short>, short, short, long>(input, output, target),
        TensorElementType.Int32 => new CastStep<Plain<int>, int, int, long>(input, output, target),
        TensorElementType.Int64 => new CastStep<Plain<long>, long, long, long>(input, output, target),
        TensorElementType.UInt8 => new CastStep<Plain<byte>, byte, byte, ulong>(input, output, target),
        TensorElementType.UInt16 => new CastStep<Plain<ushort>, ushort, ushort, ulong>(input, output, target),
        TensorElementType.UInt32 => new CastStep<Plain<uint>, uint, uint, ulong>(input, output, target),
        TensorElementType.UInt64 => new CastStep<Plain<ulong>, ulong, ulong, ulong>(input, output, target),
        _ => new CastStep<BoolElement, bool, byte, ulong>(input, output, target),
    };
}
