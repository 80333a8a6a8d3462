using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Decisions;

/// <summary>The label with the highest score, or the one the model names; another label wins only after it has held out longer than the hold.</summary>
internal sealed class ArgmaxDecisionMaker : DecisionMaker
{
    private readonly ArgmaxDecisionOptions _options;
    private readonly TensorElementType _type;
    private readonly TensorElementType _scoresType;
    private readonly int _count;
    private readonly bool _namesLabel;
    private int _rival = Decision.None;
    private int _rivalWindows;

    /// <param name="options">The pipeline's decision.</param>
    /// <param name="type">Element type of the output: whole numbers and bool name the label, real numbers are scores.</param>
    /// <param name="elementCount">Elements of the output.</param>
    /// <param name="scoresType">Element type of the scores output; <see cref="TensorElementType.Undefined"/> when there is none.</param>
    /// <param name="scoresCount">Elements of the scores output.</param>
    /// <param name="labels">Names of the labels.</param>
    /// <exception cref="DecisionMismatchException">The options do not fit the outputs.</exception>
    public ArgmaxDecisionMaker(ArgmaxDecisionOptions options, TensorElementType type, long elementCount, TensorElementType scoresType, long scoresCount,
        IReadOnlyList<string> labels)
        : base(labels)
    {
        _options = options;
        _type = ElementReader.RequireNumeric(type, "output");
        _scoresType = scoresType == TensorElementType.Undefined ? scoresType : ElementReader.RequireNumeric(scoresType, "scores output");
        _namesLabel = type is not (TensorElementType.Float32 or TensorElementType.Float64 or TensorElementType.Float16 or TensorElementType.BFloat16);
        if (_namesLabel && elementCount != 1) throw new DecisionMismatchException($"the output names a label, so it must have 1 element; it has {elementCount}");
        _count = _namesLabel ? labels.Count : (int)elementCount;
        if (!_namesLabel && labels.Count != elementCount)
            throw new DecisionMismatchException($"the output has {elementCount} scores, but there are {labels.Count} labels; set decision.labels, or the labels in the model's model.json");
        if (_scoresType != TensorElementType.Undefined && scoresCount != labels.Count)
            throw new DecisionMismatchException($"the scores output has {scoresCount} elements, but there are {labels.Count} labels");
        if (labels.Count == 0)
            throw new DecisionMismatchException("the model's output has no labels; set decision.labels");
    }

    private protected override bool TryScore(ReadOnlySpan<byte> output, ReadOnlySpan<byte> scores, out int candidate, out double score)
    {
        var isValid = _namesLabel ? TryNamed(output, scores, out candidate, out score) : TryBest(_type, output, out candidate, out score);
        // Without a minimum the highest wins whatever it is: logits and log-probabilities may all be negative.
        if (isValid && _options.MinConfidence > 0 && score < _options.MinConfidence) candidate = Decision.None;
        return isValid;
    }

    private protected override int Settle(int current, int candidate)
    {
        if (candidate == current)
        {
            Forget();
            return current;
        }

        _rivalWindows = candidate == _rival && _rivalWindows > 0 ? _rivalWindows + 1 : 1;
        _rival = candidate;
        // The first label has nothing to win against.
        if (current != Decision.None && _rivalWindows <= _options.HoldWindows) return current;
        Forget();
        return candidate;
    }

    private protected override void Forget() => (_rival, _rivalWindows) = (Decision.None, 0);

    private protected override void CopyMemory(DecisionMaker other) => (_rival, _rivalWindows) = (((ArgmaxDecisionMaker)other)._rival, ((ArgmaxDecisionMaker)other)._rivalWindows);

    private bool TryNamed(ReadOnlySpan<byte> output, ReadOnlySpan<byte> scores, out int label, out double score)
    {
        var value = ElementReader.Read(_type, output, 0);
        label = value >= 0 && value < _count ? (int)value : Decision.None;
        score = 1;
        if (label == Decision.None) return false;
        if (_scoresType != TensorElementType.Undefined) score = ElementReader.Read(_scoresType, scores, label);
        return double.IsFinite(score);
    }

    private bool TryBest(TensorElementType type, ReadOnlySpan<byte> output, out int label, out double score)
    {
        (label, score) = (Decision.None, double.NegativeInfinity);
        for (var at = 0; at < _count; at++)
        {
            var value = ElementReader.Read(type, output, at);
            if (!double.IsFinite(value)) return false;
            if (value > score) (label, score) = (at, value);
        }

        return true;
    }
}
