using System.Diagnostics;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Plans.Parallel;

/// <summary>Measures a plan in turn and side by side.</summary>
/// <remarks>
/// First the members alone: a region whose members are so small that handing them over costs more than it can save is not run side by side, and in
/// the others the longest member is taken first. Then the whole plan, in turn and side by side by turns, so that a busy moment of the machine
/// meets both. Side by side must win clearly: where both are about equal, in turn leaves the other cores alone.
/// </remarks>
internal sealed class ParallelTrial(ExecutionPlan plan, SideBySidePlan sideBySide, WorkerSet workers, int phase)
{
    /// <summary>The first runs of a session set up its memory.</summary>
    private const int WarmUpRuns = 3;

    private const int HandOverRuns = 9;
    private const int MemberRuns = 3;
    private const int MinPairs = 5;
    private const int MaxPairs = 51;

    /// <summary>What side by side must save, as a share of the time in turn.</summary>
    private const double MinGain = 0.15;

    /// <summary>After this no pair is begun, once there are <see cref="MinPairs"/>: what a load may take longer for a model with short runs.</summary>
    private static readonly long BudgetTicks = Stopwatch.Frequency / 10;

    /// <summary>A model that runs for ever on zeros is broken off, and not loaded any slower than this.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>What was found, and whether side by side is to be used.</summary>
    internal ParallelDecision Measure()
    {
        using var options = new OrtRunOptions(plan.Runtime);
        using var limit = TimeProvider.System.CreateTimer(Terminate, options, Limit, Timeout.InfiniteTimeSpan);
        try
        {
            for (var i = 0; i < WarmUpRuns; i++)
            {
                plan.RunInTurn(phase, options);
            }
            return TryHandOver(out var handOver) ? Compare(handOver, options) : Busy;
        }
        catch (OrtException e)
        {
            // Zeros are no input this model was made for, or it was broken off. Whether it runs on real ones is not decided here.
            return Unmeasured($"it does not run on zeros, to be measured: {e.Message}");
        }
    }

    /// <summary>What is known before the whole plan is compared: nothing but the reason.</summary>
    private ParallelDecision Unmeasured(string reason) => new(false, sideBySide.Width, 1, reason);

    private ParallelDecision Busy => Unmeasured("another model has the workers all the time");

    private static void Terminate(object? options)
    {
        try
        {
            ((OrtRunOptions)options!).Terminate();
        }
        catch (ObjectDisposedException)
        {
            // The last run ended at the limit.
        }
    }

    private ParallelDecision Compare(long handOver, OrtRunOptions options)
    {
        var members = sideBySide.Width;
        Prepare(handOver, options);
        if (sideBySide.Width == 1)
        {
            return new ParallelDecision(false, members, 1, $"the members take less time than handing them over, {Microseconds(handOver):0.#} µs");
        }
        var (inTurn, beside) = (new List<long>(MaxPairs), new List<long>(MaxPairs));
        var start = Stopwatch.GetTimestamp();
        while (inTurn.Count < MinPairs || (inTurn.Count < MaxPairs && Stopwatch.GetTimestamp() - start < BudgetTicks))
        {
            var before = Stopwatch.GetTimestamp();
            plan.RunInTurn(phase, options);
            inTurn.Add(Stopwatch.GetTimestamp() - before);
            if (!TryTime(() => sideBySide.TryRun(phase, options), out var ticks))
            {
                return Busy;
            }
            beside.Add(ticks);
        }
        var (one, other) = (Median(inTurn), Median(beside));
        var isFaster = IsClearlyFaster(one, other, handOver);
        return new ParallelDecision(isFaster, sideBySide.Width, isFaster ? sideBySide.Threads : 1, null, Microseconds(one), Microseconds(other));
    }

    /// <summary>What it takes to have parked workers take members of no work, and to wait for them, in ticks.</summary>
    private bool TryHandOver(out long median)
    {
        var region = new PlanRegion([.. Enumerable.Range(0, sideBySide.Threads).Select(_ => new PlanMember([], []))]);
        var times = new List<long>(HandOverRuns);
        median = 0;
        while (times.Count < HandOverRuns)
        {
            Thread.Sleep(1); // Parks them.
            if (!TryTime(() => TryRun(region), out var ticks))
            {
                return false;
            }
            times.Add(ticks);
        }
        median = Median(times);
        return true;
    }

    private bool TryRun(PlanRegion region)
    {
        if (!workers.TryAcquire())
        {
            return false;
        }
        workers.Run(region, options: null, sideBySide.Threads);
        workers.Release();
        return true;
    }

    /// <summary>Times a run with the workers, without the wait for another model that has them. Models run in pauses of others: their windows.</summary>
    private static bool TryTime(Func<bool> tryRun, out long ticks)
    {
        var start = Stopwatch.GetTimestamp();
        long before;
        while (true)
        {
            before = Stopwatch.GetTimestamp();
            if (tryRun())
            {
                ticks = Stopwatch.GetTimestamp() - before;
                return true;
            }
            if (before - start > Stopwatch.Frequency)
            {
                ticks = 0;
                return false;
            }
            Thread.Yield();
        }
    }

    /// <summary>Joins regions that save less than handing over costs, and has the longest member of the others taken first.</summary>
    private void Prepare(long handOver, OrtRunOptions options)
    {
        var regions = sideBySide.Regions(phase);
        var times = regions.Select(region => region.Members.Select(_ => new List<long>(MemberRuns)).ToArray()).ToArray();
        for (var run = 0; run < MemberRuns; run++)
        {
            for (var r = 0; r < times.Length; r++)
            {
                for (var m = 0; m < times[r].Length; m++)
                {
                    var before = Stopwatch.GetTimestamp();
                    regions[r].Members[m].Run(options);
                    times[r][m].Add(Stopwatch.GetTimestamp() - before);
                }
            }
        }
        for (var r = 0; r < times.Length; r++)
        {
            var medians = Array.ConvertAll(times[r], Median);
            if (medians.Sum() - Makespan(medians, sideBySide.Threads) <= handOver)
            {
                sideBySide.Join(r);
            }
            else
            {
                sideBySide.Arrange(r, [.. Enumerable.Range(0, medians.Length).OrderByDescending(m => medians[m])]);
            }
        }
    }

    /// <summary>How long members take when each thread takes the longest that is left as soon as it is free.</summary>
    internal static long Makespan(IEnumerable<long> times, int threads)
    {
        var busy = new long[threads];
        foreach (var time in times.OrderDescending())
        {
            busy[Array.IndexOf(busy, busy.Min())] += time;
        }
        return busy.Max();
    }

    /// <summary>Whether side by side saves enough, all in ticks.</summary>
    internal static bool IsClearlyFaster(long inTurn, long sideBySide, long handOver) => inTurn - sideBySide > Math.Max(MinGain * inTurn, handOver);

    private static double Microseconds(long ticks) => Math.Round(ticks * 1e6 / Stopwatch.Frequency, 1);

    private static long Median(List<long> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
