using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Plans;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Ensembles;

/// <summary>The results of a boost step, each of which may be absent.</summary>
internal sealed class BoostResults(BoostStepSpec spec, PlanBuilder plan)
{
    private readonly OrtTensor? _label = spec.Label is null ? null : plan.Tensor(spec.Label);
    private readonly FloatTensor? _probabilities = spec.Probabilities is null ? null : new FloatTensor(plan.Tensor(spec.Probabilities));
    private readonly FloatTensor? _scores = spec.Scores is null ? null : new FloatTensor(plan.Tensor(spec.Scores));

    internal bool WantsProbabilities => _probabilities is not null;

    internal void WriteScores(ReadOnlySpan<double> scores) => _scores?.Write(scores);

    internal void WriteProbabilities(ReadOnlySpan<double> probabilities) => _probabilities?.Write(probabilities);

    /// <summary>The class each row of scores stands for: by its sign where there is one score, otherwise the highest.</summary>
    internal void WriteLabels(ReadOnlySpan<double> scores, int columns)
    {
        if (_label is null)
        {
            return;
        }
        var labels = _label.AsSpan<long>();
        for (var row = 0; row < labels.Length; row++)
        {
            labels[row] = columns == 1 ? ScoreRows.Sign(scores[row]) : ScoreRows.Highest(scores.Slice(row * columns, columns));
        }
    }
}
