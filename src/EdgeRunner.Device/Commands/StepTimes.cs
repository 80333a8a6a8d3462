using System.Diagnostics;
using EdgeRunner.Inference.Sessions;

namespace EdgeRunner.Device.Commands;

/// <summary>What each step of a model takes in a run over the inputs it holds.</summary>
/// <param name="Runs">How many runs were measured.</param>
/// <param name="Microseconds">Mean time of each step, in µs.</param>
internal sealed record StepTimes(int Runs, IReadOnlyList<double> Microseconds)
{
    /// <summary>Runs that are not counted: caches and page faults settle.</summary>
    private const int WarmUpRuns = 20;

    private const int MaxRuns = 1000;

    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(2);

    public static StepTimes Measure(ModelInstance model)
    {
        for (var i = 0; i < WarmUpRuns; i++) model.Run();
        var ticks = new long[model.Manifest.Graph.Count];
        var start = Stopwatch.GetTimestamp();
        var runs = 0;
        do
        {
            model.RunTimed(ticks);
            runs++;
        }
        while (runs < MaxRuns && Stopwatch.GetElapsedTime(start) < MaxTime);
        return new StepTimes(runs, Array.ConvertAll(ticks, sum => Math.Round(sum * 1e6 / Stopwatch.Frequency / runs, 2)));
    }

    /// <summary><c>61.2 µs  98 %</c>.</summary>
    public string Describe(int step)
    {
        var total = Microseconds.Sum();
        return $"{Microseconds[step],8:0.0} µs {(total > 0 ? 100 * Microseconds[step] / total : 0),4:0} %";
    }
}
