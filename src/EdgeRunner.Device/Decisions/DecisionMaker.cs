namespace EdgeRunner.Device.Decisions;

/// <summary>Turns the outputs of each window into a decision, with memory of the windows before. Reads tensors in place, allocates nothing. One thread.</summary>
internal abstract class DecisionMaker(IReadOnlyList<string> labels)
{
    private int _current = Decision.None;

    /// <summary>Names of the labels.</summary>
    public IReadOnlyList<string> Labels { get; } = labels;

    /// <summary>Decides on one window.</summary>
    /// <param name="output">Bytes of the output that decides.</param>
    /// <param name="scores">Bytes of the second output with the scores of the labels; empty when there is none.</param>
    public Decision Decide(ReadOnlySpan<byte> output, ReadOnlySpan<byte> scores)
    {
        var isValid = TryScore(output, scores, out var candidate, out var score);
        int next;
        if (isValid)
        {
            next = Settle(_current, candidate);
        }
        else
        {
            Forget();
            (next, score) = (Decision.None, double.NaN);
        }

        var changed = next != _current;
        _current = next;
        // A double beyond the range of float is a number still, and must not become an infinity that no record can hold.
        return new Decision(next, (float)Math.Clamp(score, float.MinValue, float.MaxValue), isValid, changed);
    }

    /// <summary>The window has no output that can be used: memory of earlier windows is dropped, and there is no label.</summary>
    public Decision Reject()
    {
        Forget();
        var changed = _current != Decision.None;
        _current = Decision.None;
        return new Decision(Decision.None, float.NaN, IsValid: false, changed);
    }

    /// <summary>Takes over where another one stands, because its model is exchanged: the present label, and what speaks against it so far.</summary>
    /// <returns>False when the two decide over different labels; this one then begins anew.</returns>
    public bool ContinueFrom(DecisionMaker other)
    {
        if (!IsLike(other)) return false;
        _current = other._current;
        CopyMemory(other);
        return true;
    }

    /// <summary>Goes on from a label that another one over the same labels stood at, without its memory of what speaks against it.</summary>
    public void Resume(int label)
    {
        Forget();
        _current = label;
    }

    /// <summary>Whether both decide in the same way over the same labels. Any thread.</summary>
    public bool IsLike(DecisionMaker other) => other.GetType() == GetType() && other.Labels.SequenceEqual(Labels, StringComparer.Ordinal);

    /// <summary>The input was interrupted: memory of earlier windows is dropped, and the state is "no label" again.</summary>
    /// <returns>True when that is a change.</returns>
    public bool Reset()
    {
        Forget();
        var changed = _current != Decision.None;
        _current = Decision.None;
        return changed;
    }

    /// <summary>Reads what this window alone says; false when it says nothing that can be used.</summary>
    private protected abstract bool TryScore(ReadOnlySpan<byte> output, ReadOnlySpan<byte> scores, out int candidate, out double score);

    /// <summary>The state after a window that says <paramref name="candidate"/>.</summary>
    private protected abstract int Settle(int current, int candidate);

    private protected abstract void Forget();

    /// <summary>Takes over the memory of another one of the same type.</summary>
    private protected abstract void CopyMemory(DecisionMaker other);
}
