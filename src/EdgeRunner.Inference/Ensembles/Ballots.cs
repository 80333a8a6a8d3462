using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Ensembles;

/// <summary>The votes of members that name a class for each element of their tensor.</summary>
/// <param name="members">int64 tensors of class numbers, all of one shape.</param>
/// <param name="weights">What each member's vote counts.</param>
/// <param name="classes">Number of classes. A number outside 0 to classes - 1 is no vote.</param>
internal sealed class Ballots(OrtTensor[] members, MemberWeights weights, int classes)
{
    private readonly double[] _counts = new double[members[0].ElementCount * classes];

    internal int Rows { get; } = members[0].ElementCount;

    internal int Classes => classes;

    internal MemberWeights Weights => weights;

    /// <summary>What the classes got in the last <see cref="Count"/>; row-major, one row for each element.</summary>
    internal ReadOnlySpan<double> Counts => _counts;

    /// <summary>What the classes got in a row.</summary>
    internal ReadOnlySpan<double> Row(int row) => _counts.AsSpan(row * classes, classes);

    /// <summary>Counts what the members say now.</summary>
    internal void Count()
    {
        Array.Clear(_counts);
        for (var i = 0; i < members.Length; i++)
        {
            var labels = members[i].AsSpan<long>();
            for (var row = 0; row < labels.Length; row++)
            {
                if (IsVote(labels[row]))
                {
                    _counts[(row * classes) + (int)labels[row]] += weights[i];
                }
            }
        }
    }

    /// <summary>Of the classes that got <paramref name="count"/> in a row, the one that the first member who counts at all voted for.</summary>
    internal long FirstWith(double count, int row)
    {
        var counts = Row(row);
        for (var i = 0; i < members.Length; i++)
        {
            var label = members[i].AsSpan<long>()[row];
            if (weights[i] > 0 && IsVote(label) && counts[(int)label] == count)
            {
                return label;
            }
        }
        // Not reached with a count above 0: some member gave it.
        throw new InvalidOperationException($"No member voted for a class with {count} votes");
    }

    private bool IsVote(long label) => (ulong)label < (ulong)classes;
}
