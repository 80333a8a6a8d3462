using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Plans;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Ensembles;

/// <summary>Counts votes and says who won.</summary>
internal sealed class VoteStep : PlanStep
{
    /// <summary>How far above half a majority must be: sums of weights such as 0.1 carry rounding errors, and half of the members is no majority.</summary>
    private const double HalfAndABit = 0.5 * (1 + 1e-12);

    private readonly BallotStepSpec _spec;
    private readonly Ballots _ballots;
    private readonly OrtTensor? _label;
    private readonly OrtTensor? _counts;
    private readonly FloatTensor? _shares;
    private readonly double[] _portions;

    private VoteStep(BallotStepSpec spec, IReadOnlyList<double>? weights, PlanBuilder plan)
    {
        _spec = spec;
        _ballots = new Ballots(plan.Tensors(spec.Inputs), new MemberWeights(weights, spec.Inputs.Count), spec.Classes);
        _label = spec.Label is null ? null : plan.Tensor(spec.Label);
        _counts = spec.Counts is null ? null : plan.Tensor(spec.Counts);
        _shares = spec.Shares is null ? null : new FloatTensor(plan.Tensor(spec.Shares));
        _portions = new double[_shares is null ? 0 : _ballots.Counts.Length];
    }

    internal static void Compile(VoteStepSpec step, PlanBuilder plan) => plan.Add(new VoteStep(step, weights: null, plan));

    internal static void Compile(WeightedVoteStepSpec step, PlanBuilder plan) => plan.Add(new VoteStep(step, step.Weights, plan));

    internal override void Run(OrtRunOptions? options)
    {
        _ballots.Count();
        if (_label is not null)
        {
            var labels = _label.AsSpan<long>();
            for (var row = 0; row < labels.Length; row++)
            {
                labels[row] = _spec.Rule == VotingRule.Majority ? Majority(row) : Plurality(row);
            }
        }
        WriteCounts();
        WriteShares();
    }

    private long Majority(int row)
    {
        var counts = _ballots.Row(row);
        for (var i = 0; i < counts.Length; i++)
        {
            if (counts[i] > _ballots.Weights.Total * HalfAndABit)
            {
                return i;
            }
        }
        return _spec.Undecided;
    }

    private long Plurality(int row)
    {
        var counts = _ballots.Row(row);
        var best = 0;
        var isTied = false;
        for (var i = 1; i < counts.Length; i++)
        {
            isTied = counts[i] == counts[best] || (isTied && counts[i] < counts[best]);
            best = counts[i] > counts[best] ? i : best;
        }
        return counts[best] <= 0 || (isTied && _spec.Tie == TieRule.None) ? _spec.Undecided
            : isTied && _spec.Tie == TieRule.FirstMember ? _ballots.FirstWith(counts[best], row)
            : best;
    }

    private void WriteCounts()
    {
        if (_counts is null)
        {
            return;
        }
        if (_counts.ElementType != TensorElementType.Int64)
        {
            new FloatTensor(_counts).Write(_ballots.Counts);
            return;
        }
        var counts = _counts.AsSpan<long>();
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] = (long)_ballots.Counts[i];
        }
    }

    private void WriteShares()
    {
        if (_shares is not { } shares)
        {
            return;
        }
        for (var i = 0; i < _portions.Length; i++)
        {
            _portions[i] = _ballots.Counts[i] / _ballots.Weights.Total;
        }
        shares.Write(_portions);
    }
}
