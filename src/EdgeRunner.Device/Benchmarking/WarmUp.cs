using System.Diagnostics;
using EdgeRunner.Inference.Sessions;

namespace EdgeRunner.Device.Benchmarking;

/// <summary>Runs a model until its latency has settled: caches, branch prediction, the processor's frequency and ONNX Runtime's arena need a while.</summary>
internal static class WarmUp
{
    private const int BatchRuns = 5;
    private const int BatchesInRow = 3;
    private const double Spread = 0.05;
    private static readonly TimeSpan BatchTime = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The rule of <see cref="UntilStable"/>, for people.</summary>
    public const string Rule = "batches of 20 ms (at least 5 runs) until the medians of three in a row lie within 5 % of each other, for at most 10 s";

    /// <summary>Exactly <paramref name="runs"/> runs.</summary>
    public static WarmUpResult Fixed(ModelInstance model, InputFeed feed, int runs, CancellationToken cancellationToken)
    {
        var last = 0.0;
        for (var i = 0; i < runs; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            last = RunOnce(model, feed);
        }

        return new WarmUpResult(runs, null, last);
    }

    /// <summary>By <see cref="Rule"/>.</summary>
    public static WarmUpResult UntilStable(ModelInstance model, InputFeed feed, CancellationToken cancellationToken)
    {
        var begin = Stopwatch.GetTimestamp();
        var (runs, medians, batch) = (0, new List<double>(), new List<double>());
        do
        {
            batch.Clear();
            var batchBegin = Stopwatch.GetTimestamp();
            do
            {
                cancellationToken.ThrowIfCancellationRequested();
                batch.Add(RunOnce(model, feed));
                runs++;
            }
            while (batch.Count < BatchRuns || Stopwatch.GetElapsedTime(batchBegin) < BatchTime);
            medians.Add(Percentiles.Median(batch));
            if (IsStable(medians)) return new WarmUpResult(runs, true, medians[^1]);
        }
        while (Stopwatch.GetElapsedTime(begin) < Patience);
        return new WarmUpResult(runs, false, medians[^1]);
    }

    /// <summary>Whether the last medians are close enough to each other.</summary>
    internal static bool IsStable(IReadOnlyList<double> medians)
    {
        if (medians.Count < BatchesInRow) return false;
        var last = medians.Skip(medians.Count - BatchesInRow).ToArray();
        return last.Max() <= last.Min() * (1 + Spread);
    }

    private static double RunOnce(ModelInstance model, InputFeed feed)
    {
        feed.Next();
        var begin = Stopwatch.GetTimestamp();
        model.Run();
        return Stopwatch.GetElapsedTime(begin).TotalMicroseconds;
    }
}
