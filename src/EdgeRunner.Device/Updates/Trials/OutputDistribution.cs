using EdgeRunner.Device.Pipelines;

namespace EdgeRunner.Device.Updates.Trials;

/// <summary>How often a version gave which output in one pipeline: by label where the decision has several, by score where it has one.</summary>
internal sealed record OutputDistribution
{
    /// <summary>Name of the windows without a label; no label is named so.</summary>
    private const string NoLabel = "";

    /// <summary>Bins that scores are compared in; each has a tenth of the reference, so that none is empty by chance.</summary>
    private const int Bins = 10;

    /// <summary>Windows by label; null where scores are compared.</summary>
    public IReadOnlyDictionary<string, long>? Labels { get; init; }

    /// <summary>Windows by bucket of <see cref="ScoreHistogram"/>, only those that have any; null where labels are compared.</summary>
    public IReadOnlyDictionary<int, long>? Scores { get; init; }

    /// <summary>The outputs of a version so far.</summary>
    public static OutputDistribution Of(ServingObservation seen)
    {
        if (seen.Labels.Count < 2)
        {
            var scores = seen.Scores.Snapshot();
            return new OutputDistribution { Scores = Enumerable.Range(0, scores.Length).Where(bucket => scores[bucket] > 0).ToDictionary(bucket => bucket, bucket => scores[bucket]) };
        }

        var counts = seen.LabelCounts();
        var labels = new Dictionary<string, long>(StringComparer.Ordinal) { [NoLabel] = counts[^1] };
        // Two labels of one name are one to everybody who reads records.
        for (var i = 0; i < seen.Labels.Count; i++) labels[seen.Labels[i]] = labels.GetValueOrDefault(seen.Labels[i]) + counts[i];
        return new OutputDistribution { Labels = labels };
    }

    /// <summary>True when no count is negative and no bucket unknown; for what was read from a file.</summary>
    public bool IsValid() =>
        (Labels is null) != (Scores is null) && (Labels?.Values.All(count => count >= 0) ?? true) && (Scores?.All(pair => pair.Key is >= 0 and < ScoreHistogram.Count && pair.Value >= 0) ?? true);

    /// <summary>The population stability index of <paramref name="sample"/> against this, less what chance alone makes of it: 0 = alike, from about 0.2 on
    /// something has changed.</summary>
    /// <returns>Null when the two count different things.</returns>
    public double? DistanceOf(OutputDistribution sample)
    {
        if (Labels is not null && sample.Labels is not null)
        {
            var names = Labels.Keys.Union(sample.Labels.Keys, StringComparer.Ordinal).ToList();
            return Index([.. names.Select(name => Labels.GetValueOrDefault(name))], [.. names.Select(name => sample.Labels.GetValueOrDefault(name))]);
        }

        if (Scores is null || sample.Scores is null || Scores.Count == 0) return null;
        var (reference, other) = (new List<long> { 0 }, new List<long> { 0 });
        var (total, seen) = (Scores.Values.Sum(), 0L);
        var (lowest, highest, part) = (Scores.Keys.Min(), Scores.Keys.Max(), 0L);
        for (var bucket = 0; bucket < ScoreHistogram.Count; bucket++)
        {
            // What lies outside of the reference has bins of its own: a model that always gave the same score has only these.
            if (bucket == lowest || bucket == highest + 1 || (bucket <= highest && seen * Bins / total > part))
            {
                part = seen * Bins / total;
                reference.Add(0);
                other.Add(0);
            }

            var count = Scores.GetValueOrDefault(bucket);
            seen += count;
            reference[^1] += count;
            other[^1] += sample.Scores.GetValueOrDefault(bucket);
        }

        return Index(reference, other);
    }

    private static double Index(List<long> reference, List<long> sample)
    {
        var (n, m) = ((double)reference.Sum(), (double)sample.Sum());
        if (n == 0 || m == 0) return 0;
        double index = 0;
        for (var i = 0; i < reference.Count; i++)
        {
            // Half a window in each bin, or one that is empty on one side would make the index infinite.
            var (p, q) = ((reference[i] + 0.5) / (n + (0.5 * reference.Count)), (sample[i] + 0.5) / (m + (0.5 * reference.Count)));
            index += (q - p) * Math.Log(q / p);
        }

        // Two samples of one distribution have this index in the mean: about chi-squared over the size.
        return Math.Max(0, index - ((reference.Count - 1) * ((1 / n) + (1 / m))));
    }
}
