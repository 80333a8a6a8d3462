using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Decisions;

/// <summary>On when a score reaches the threshold for enough windows in a row; off when it has gone back over the threshold by the hysteresis
/// for longer than the hold.</summary>
internal sealed class ThresholdDecisionMaker : DecisionMaker
{
    private readonly ThresholdDecisionOptions _options;
    private readonly TensorElementType _type;
    private readonly double _on;
    private readonly double _off;
    private double _score;
    private int _against;

    /// <param name="options">The pipeline's decision.</param>
    /// <param name="type">Element type of the output.</param>
    /// <param name="elementCount">Elements of the output.</param>
    /// <param name="label">Name of the state on.</param>
    /// <exception cref="DecisionMismatchException">The options do not fit the output.</exception>
    public ThresholdDecisionMaker(ThresholdDecisionOptions options, TensorElementType type, long elementCount, string label)
        : base([label])
    {
        if (options.Index >= elementCount)
            throw new DecisionMismatchException($"decision.index is {options.Index}, but the output has {elementCount} element(s), 0 to {elementCount - 1}");
        _options = options;
        _type = ElementReader.RequireNumeric(type, "output");
        // Rounded as the output is: a float32 score of 0.7 is 0.699999988, and a threshold of 0.7 means that one.
        var margin = options.Direction == ThresholdDirection.Above ? -options.Hysteresis : options.Hysteresis;
        _on = Rounded(options.Threshold);
        _off = Rounded(options.Threshold + margin);
    }

    private protected override bool TryScore(ReadOnlySpan<byte> output, ReadOnlySpan<byte> scores, out int candidate, out double score)
    {
        score = _score = ElementReader.Read(_type, output, _options.Index);
        candidate = Reaches(score, _on) ? 0 : Decision.None;
        return double.IsFinite(score);
    }

    private protected override int Settle(int current, int candidate)
    {
        var isAgainst = current == Decision.None ? candidate == 0 : !Reaches(_score, _off);
        _against = isAgainst ? _against + 1 : 0;
        var needed = current == Decision.None ? _options.MinWindows : _options.HoldWindows + 1;
        if (_against < needed) return current;
        _against = 0;
        return current == Decision.None ? 0 : Decision.None;
    }

    private protected override void Forget() => _against = 0;

    private protected override void CopyMemory(DecisionMaker other) => _against = ((ThresholdDecisionMaker)other)._against;

    private double Rounded(double value) => _type switch
    {
        TensorElementType.Float32 or TensorElementType.BFloat16 => (float)value,
        TensorElementType.Float16 => (double)(Half)value,
        _ => value,
    };

    private bool Reaches(double value, double limit) => _options.Direction == ThresholdDirection.Above ? value >= limit : value <= limit;
}
