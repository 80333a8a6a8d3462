using System.Diagnostics;
using EdgeRunner.Inference.Sessions;

namespace EdgeRunner.Device.Benchmarking;

/// <summary>What each step of a graph takes of a run, over the same inputs as the runs that are measured whole.</summary>
internal static class StepMeasurement
{
    private const int MinRuns = 5;
    private const int MaxRuns = 100_000;
    private static readonly TimeSpan Time = TimeSpan.FromMilliseconds(500);

    /// <summary>Runs a warm model. The two clock readings of each step are in its time: some 50 ns.</summary>
    public static IReadOnlyList<BenchStep> Measure(ModelInstance model, InputFeed feed, CancellationToken cancellationToken)
    {
        var ticks = new long[model.Manifest.Graph.Count];
        var (runs, begin) = (0, Stopwatch.GetTimestamp());
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            feed.Next();
            model.RunTimed(ticks);
            runs++;
        }
        while (runs < MinRuns || (runs < MaxRuns && Stopwatch.GetElapsedTime(begin) < Time));
        var total = Math.Max(1, ticks.Sum());
        return [.. model.Steps.Zip(ticks, (step, sum) => new BenchStep(step.Name, step.Kind, Math.Round(sum * 1e6 / Stopwatch.Frequency / runs, 3), Math.Round((double)sum / total, 4)))];
    }
}
