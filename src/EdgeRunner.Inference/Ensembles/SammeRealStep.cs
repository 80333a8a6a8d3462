using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Plans;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Ensembles;

/// <summary>SAMME.R: the mean over the members of <c>(K - 1) · (ln p(k) - mean of ln p over the K classes)</c>.</summary>
internal sealed class SammeRealStep : PlanStep
{
    /// <summary>Smallest probability whose logarithm is taken: float64's machine epsilon, 2^-52, as scikit-learn clips.</summary>
    private const double LeastProbability = 2.220446049250313e-16;

    private readonly FloatTensor[] _members;
    private readonly double[] _logs;
    private readonly double[] _row;
    private readonly SammeScores _scores;

    internal SammeRealStep(BoostStepSpec spec, PlanBuilder plan)
    {
        var members = plan.Tensors(spec.Inputs);
        _members = FloatTensor.Wrap(members);
        var classes = (int)members[0].Shape[^1];
        _logs = new double[classes];
        _row = new double[classes];
        _scores = new SammeScores(spec, members[0].ElementCount / classes, classes, plan);
    }

    internal override void Run(OrtRunOptions? options)
    {
        for (var row = 0; row < _scores.Rows; row++)
        {
            Array.Clear(_row);
            foreach (var member in _members)
            {
                member.Read(row * _row.Length, _logs);
                AddLogs();
            }
            foreach (ref var score in _row.AsSpan())
            {
                score /= _members.Length;
            }
            _scores.Set(row, _row);
        }
        _scores.Write();
    }

    private void AddLogs()
    {
        var total = 0.0;
        foreach (ref var value in _logs.AsSpan())
        {
            // Math.Max hands a NaN on, so a broken member shows.
            value = Math.Log(Math.Max(value, LeastProbability));
            total += value;
        }
        for (var i = 0; i < _row.Length; i++)
        {
            _row[i] += (_row.Length - 1) * (_logs[i] - (total / _row.Length));
        }
    }
}
