using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Plans;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Ensembles;

/// <summary>SAMME: the weight of the votes for each class over the weight of all members, in one of two codings.</summary>
internal sealed class SammeStep : PlanStep
{
    private readonly Ballots _ballots;
    private readonly bool _isSymmetric;
    private readonly double[] _row;
    private readonly SammeScores _scores;

    internal SammeStep(BoostStepSpec spec, PlanBuilder plan)
    {
        var classes = spec.Classes!.Value;
        _ballots = new Ballots(plan.Tensors(spec.Inputs), new MemberWeights(spec.Weights, spec.Inputs.Count), classes);
        _isSymmetric = spec.Coding != VoteCoding.Indicator;
        _row = new double[classes];
        _scores = new SammeScores(spec, _ballots.Rows, classes, plan);
    }

    internal override void Run(OrtRunOptions? options)
    {
        _ballots.Count();
        for (var row = 0; row < _ballots.Rows; row++)
        {
            var counts = _ballots.Row(row);
            var cast = 0.0;
            foreach (var count in counts)
            {
                cast += count;
            }
            for (var i = 0; i < counts.Length; i++)
            {
                _row[i] = (_isSymmetric ? counts[i] - ((cast - counts[i]) / (counts.Length - 1)) : counts[i]) / _ballots.Weights.Total;
            }
            _scores.Set(row, _row);
        }
        _scores.Write();
    }
}
