using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Plans;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Ensembles;

/// <summary><c>initial + learningRate · Σ weight · stage</c>, and what the link makes of it.</summary>
internal sealed class AdditiveBoostStep : PlanStep
{
    private readonly FloatTensor[] _stages;
    private readonly MemberWeights _weights;
    private readonly double[] _initial;
    private readonly double _learningRate;
    private readonly double[] _scores;
    private readonly double[] _probabilities;
    private readonly BoostResults _results;

    internal AdditiveBoostStep(BoostStepSpec spec, PlanBuilder plan)
    {
        var stages = plan.Tensors(spec.Inputs);
        _stages = FloatTensor.Wrap(stages);
        _weights = new MemberWeights(spec.Weights, stages.Length);
        _initial = spec.Initial is null ? new double[stages[0].Shape[^1]] : [.. spec.Initial];
        _learningRate = spec.LearningRate ?? 1;
        _scores = new double[stages[0].ElementCount];
        _probabilities = new double[_initial.Length == 1 ? 2 * _scores.Length : _scores.Length];
        _results = new BoostResults(spec, plan);
    }

    internal override void Run(OrtRunOptions? options)
    {
        var columns = _initial.Length;
        for (var start = 0; start < _scores.Length; start += columns)
        {
            _initial.CopyTo(_scores, start);
        }
        for (var i = 0; i < _stages.Length; i++)
        {
            _stages[i].AddTo(_scores, _learningRate * _weights[i]);
        }
        _results.WriteScores(_scores);
        _results.WriteLabels(_scores, columns);
        if (_results.WantsProbabilities)
        {
            for (var row = 0; row < _scores.Length / columns; row++)
            {
                if (columns == 1)
                {
                    ScoreRows.Sigmoid(_scores[row], _probabilities.AsSpan(2 * row, 2));
                }
                else
                {
                    ScoreRows.Softmax(_scores.AsSpan(row * columns, columns), factor: 1, _probabilities.AsSpan(row * columns, columns));
                }
            }
            _results.WriteProbabilities(_probabilities);
        }
    }
}
