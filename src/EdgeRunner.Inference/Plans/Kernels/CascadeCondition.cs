using System.Numerics;
using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Plans.Elements;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Plans.Kernels;

/// <summary>Evaluates the rule of a cascade.</summary>
internal abstract class CascadeCondition : PlanStep
{
    /// <summary>Whether the rule held in the last run, for any row.</summary>
    internal bool Holds { get; private protected set; }

    internal static CascadeCondition Of(CascadeRuleSpec rule, OrtTensor tensor) => (CascadeCondition)ElementDispatch.Number(tensor.ElementType, new Kernel(rule, tensor));

    private readonly struct Kernel(CascadeRuleSpec rule, OrtTensor tensor) : INumberKernel
    {
        public PlanStep Make<TElement, TStored, TMath>()
            where TElement : struct, IElement<TStored, TMath>
            where TStored : unmanaged
            where TMath : unmanaged, INumber<TMath>, IMinMaxValue<TMath> => new CascadeCondition<TElement, TStored, TMath>(rule, tensor);
    }
}

/// <summary>A rule over elements of one type. Compares in float64.</summary>
internal sealed class CascadeCondition<TElement, TStored, TMath>(CascadeRuleSpec rule, OrtTensor tensor) : CascadeCondition
    where TElement : struct, IElement<TStored, TMath>
    where TStored : unmanaged
    where TMath : unmanaged, INumber<TMath>
{
    private enum Measure
    {
        Largest,
        Margin,
        Entropy,
        Inside,
        Outside,
        Label,
    }

    private readonly Measure _measure = rule.Rule switch
    {
        "max-below" => Measure.Largest,
        "margin-below" => Measure.Margin,
        "entropy-above" => Measure.Entropy,
        "inside" => Measure.Inside,
        "outside" => Measure.Outside,
        _ => Measure.Label,
    };

    private readonly double _value = rule.Value ?? 0;
    private readonly double _low = rule.Low ?? double.NegativeInfinity;
    private readonly double _high = rule.High ?? double.PositiveInfinity;
    private readonly long[] _labels = [.. rule.Labels ?? []];

    // Each element of an integer tensor is a label, and so a row of its own.
    private readonly int _columns = IsFloat || rule.Labels is null ? (tensor.Shape is [.., var last] ? (int)last : 1) : 1;
    private readonly int _index = rule.Index switch { < 0 and var index => index + (tensor.Shape is [.., var last] ? (int)last : 1), var index => index ?? 0 };

    private static bool IsFloat => typeof(TMath) == typeof(float) || typeof(TMath) == typeof(double);

    internal override void Run(OrtRunOptions? options)
    {
        Holds = false;
        for (ReadOnlySpan<TStored> rows = tensor.AsSpan<TStored>(); rows.Length > 0 && !Holds; rows = rows[_columns..])
        {
            Holds = HoldsFor(rows[.._columns]);
        }
    }

    // Each comparison is written so that NaN, for which it is false, gives what the rule's documentation says.
    private bool HoldsFor(ReadOnlySpan<TStored> row) => _measure switch
    {
        Measure.Largest => !(FindTwo(row).First >= _value),
        Measure.Margin => FindTwo(row) is var (first, second, _) && !(first - second >= _value),
        Measure.Entropy => !(Entropy(row) <= _value),
        Measure.Inside => At(row, _index) is var x && x >= _low && x <= _high,
        Measure.Outside => At(row, _index) is var x && !(x >= _low && x <= _high),
        _ => _labels.AsSpan().Contains(IsFloat ? FindTwo(row).Index : long.CreateSaturating(TElement.Load(row[0]))),
    };

    /// <summary>The two largest entries, and where the first of them is; NaN when there is one among them.</summary>
    private static (double First, double Second, int Index) FindTwo(ReadOnlySpan<TStored> row)
    {
        var (first, second, index) = (double.NegativeInfinity, double.NegativeInfinity, -1);
        for (var i = 0; i < row.Length; i++)
        {
            var x = At(row, i);
            if (double.IsNaN(x))
            {
                return (x, x, -1);
            }
            if (x > first || index < 0)
            {
                (first, second, index) = (x, first, i);
            }
            else if (x > second)
            {
                second = x;
            }
        }
        return (first, second, index);
    }

    private static double Entropy(ReadOnlySpan<TStored> row)
    {
        var sum = 0.0;
        for (var i = 0; i < row.Length; i++)
        {
            var p = At(row, i);
            // p ln p goes to 0 with p. A NaN is not 0 and stays.
            sum -= p == 0 ? 0 : p * Math.Log(p);
        }
        return sum;
    }

    private static double At(ReadOnlySpan<TStored> row, int i) => double.CreateTruncating(TElement.Load(row[i]));
}
