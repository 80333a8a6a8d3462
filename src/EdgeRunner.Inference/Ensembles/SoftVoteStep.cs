using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Plans;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Ensembles;

/// <summary>The mean of the members' probabilities, and the class that is highest in it.</summary>
internal sealed class SoftVoteStep : PlanStep
{
    private readonly SoftVoteStepSpec _spec;
    private readonly FloatTensor[] _members;
    private readonly MemberWeights _weights;
    private readonly OrtTensor? _label;
    private readonly FloatTensor? _probabilities;
    private readonly double[] _means;
    private readonly double[] _opinion;
    private readonly bool[] _isTied;

    private SoftVoteStep(SoftVoteStepSpec spec, PlanBuilder plan)
    {
        var members = plan.Tensors(spec.Inputs);
        _spec = spec;
        _members = FloatTensor.Wrap(members);
        _weights = new MemberWeights(spec.Weights, members.Length);
        _label = spec.Label is null ? null : plan.Tensor(spec.Label);
        _probabilities = spec.Probabilities is null ? null : new FloatTensor(plan.Tensor(spec.Probabilities));
        _means = new double[members[0].ElementCount];
        _opinion = new double[members[0].Shape[^1]];
        _isTied = new bool[_opinion.Length];
    }

    internal static void Compile(SoftVoteStepSpec step, PlanBuilder plan) => plan.Add(new SoftVoteStep(step, plan));

    internal override void Run(OrtRunOptions? options)
    {
        AverageStep.Means(_members, _weights, _means);
        _probabilities?.Write(_means);
        if (_label is not null)
        {
            var labels = _label.AsSpan<long>();
            for (var row = 0; row < labels.Length; row++)
            {
                labels[row] = Winner(row);
            }
        }
    }

    private long Winner(int row)
    {
        var means = _means.AsSpan(row * _opinion.Length, _opinion.Length);
        var best = ScoreRows.Highest(means);
        if (best == ScoreRows.NoLabel)
        {
            return _spec.Undecided;
        }
        return _spec.Tie == TieRule.LowestClass || !FindTied(means, means[(int)best]) ? best
            : _spec.Tie == TieRule.None ? _spec.Undecided
            : FirstPreferred(row);
    }

    /// <summary>Marks the classes with the highest mean; whether there are several.</summary>
    private bool FindTied(ReadOnlySpan<double> means, double highest)
    {
        var tied = 0;
        for (var i = 0; i < means.Length; i++)
        {
            _isTied[i] = means[i] == highest;
            tied += _isTied[i] ? 1 : 0;
        }
        return tied > 1;
    }

    /// <summary>Asks one member after the other, until one prefers a single class of those still tied.</summary>
    private int FirstPreferred(int row)
    {
        var first = 0;
        for (var member = 0; member < _members.Length; member++)
        {
            if (_weights[member] > 0)
            {
                _members[member].Read(row * _opinion.Length, _opinion);
                if (KeepPreferred(out first) == 1)
                {
                    break;
                }
            }
        }
        return first;
    }

    /// <summary>Leaves of the tied classes those that the opinion puts highest, and counts them.</summary>
    private int KeepPreferred(out int first)
    {
        var highest = double.NegativeInfinity;
        for (var i = 0; i < _opinion.Length; i++)
        {
            highest = _isTied[i] ? Math.Max(highest, _opinion[i]) : highest;
        }
        first = -1;
        var left = 0;
        for (var i = 0; i < _opinion.Length; i++)
        {
            _isTied[i] &= _opinion[i] == highest;
            if (_isTied[i])
            {
                first = first < 0 ? i : first;
                left++;
            }
        }
        return left;
    }
}
