using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Plans;

namespace EdgeRunner.Inference.Ensembles;

/// <summary>What both kinds of SAMME make of a score for each class: two classes become one score, score(1) - score(0).</summary>
internal sealed class SammeScores
{
    private readonly int _classes;
    private readonly int _columns;
    private readonly double[] _decisions;
    private readonly double[] _probabilities;
    private readonly BoostResults _results;

    internal SammeScores(BoostStepSpec spec, int rows, int classes, PlanBuilder plan)
    {
        _classes = classes;
        _columns = classes == 2 ? 1 : classes;
        _decisions = new double[rows * _columns];
        _probabilities = new double[rows * classes];
        _results = new BoostResults(spec, plan);
    }

    internal int Rows => _decisions.Length / _columns;

    /// <summary>Takes the scores of a row's classes.</summary>
    internal void Set(int row, ReadOnlySpan<double> scores)
    {
        if (_columns == 1)
        {
            _decisions[row] = scores[1] - scores[0];
        }
        else
        {
            scores.CopyTo(_decisions.AsSpan(row * _columns));
        }
    }

    /// <summary>Writes the results that were asked for, once every row is set.</summary>
    internal void Write()
    {
        _results.WriteScores(_decisions);
        _results.WriteLabels(_decisions, _columns);
        if (!_results.WantsProbabilities)
        {
            return;
        }
        for (var row = 0; row < Rows; row++)
        {
            var probabilities = _probabilities.AsSpan(row * _classes, _classes);
            if (_columns == 1)
            {
                // softmax([-d, d] / 2) is [1 - s, s] with s = 1 / (1 + e^-d).
                ScoreRows.Sigmoid(_decisions[row], probabilities);
            }
            else
            {
                ScoreRows.Softmax(_decisions.AsSpan(row * _columns, _columns), 1.0 / (_classes - 1), probabilities);
            }
        }
        _results.WriteProbabilities(_probabilities);
    }
}
