using System.Diagnostics;
using EdgeRunner.Device.Sensors;
using EdgeRunner.Inference.Sessions;

namespace EdgeRunner.Device.Benchmarking;

/// <summary>Measures one setting, round by round.</summary>
internal sealed class SettingMeasurement(BenchSetting setting, BenchOrder order, TimeProvider timeProvider)
{
    private readonly List<double> _loadMs = [];
    private readonly Mode _backToBack = new();
    private readonly Mode _paced = new();
    private int _warmUpRuns;
    private bool? _stable;

    /// <summary>The setting.</summary>
    public BenchSetting Setting { get; } = setting;

    /// <summary>One round: warm up, run back to back, run paced.</summary>
    /// <param name="load">Loads the model with this setting; the result is disposed here.</param>
    /// <param name="inputs">Values for it.</param>
    /// <param name="round">From 0.</param>
    /// <param name="cancellationToken">Breaks off between two runs.</param>
    public void Round(Func<ModelInstance> load, BenchInputs inputs, int round, CancellationToken cancellationToken)
    {
        var begin = Stopwatch.GetTimestamp();
        using var model = load();
        _loadMs.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
        var feed = new InputFeed(model, inputs);
        var warm = order.WarmUpRuns is { } runs ? WarmUp.Fixed(model, feed, runs, cancellationToken) : WarmUp.UntilStable(model, feed, cancellationToken);
        _warmUpRuns = Math.Max(_warmUpRuns, warm.Runs);
        _stable = warm.Stable is null ? null : (_stable ?? true) && warm.Stable.Value;
        Measure(_backToBack, model, feed, round, warm.RunUs, TimeSpan.Zero, cancellationToken);
        if (order.Interval > TimeSpan.Zero) Measure(_paced, model, feed, round, warm.RunUs + order.Interval.TotalMicroseconds, order.Interval, cancellationToken);
    }

    /// <summary>Everything measured so far.</summary>
    public BenchSettingResult Result() => new(
        Setting.Threads, Setting.Spinning, Math.Round(Percentiles.Median(_loadMs), 2), _warmUpRuns, _stable, _backToBack.Summarize(), order.Interval > TimeSpan.Zero ? _paced.Summarize() : null);

    private void Measure(Mode mode, ModelInstance model, InputFeed feed, int round, double expectedUs, TimeSpan pause, CancellationToken cancellationToken)
    {
        var slice = (pause > TimeSpan.Zero ? order.PacedDuration : order.Duration) / order.Rounds;
        // Twice what the time should hold: the warm-up's last batch was only an estimate.
        var room = (int)Math.Min(BenchOrder.MaxRuns / order.Rounds, (slice.TotalMicroseconds / Math.Max(expectedUs, 0.1) * 2) + 10);
        if (order.Runs is { } runs) room = (runs / order.Rounds) + (round < runs % order.Rounds ? 1 : 0);
        mode.Samples.BeginRound(room);
        _ = cancellationToken.WaitHandle; // Made at its first use.
        GC.Collect(); // What the load left behind is not the runs' garbage.
        // Innermost of the three: the first reading of the processor time allocates.
        var cpu = Environment.CpuUsage.TotalTime;
        var begin = Stopwatch.GetTimestamp();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        do
        {
            if (pause > TimeSpan.Zero) MonotonicWait.For(timeProvider, pause, cancellationToken);
            feed.Next();
            var runBegin = Stopwatch.GetTimestamp();
            model.Run();
            mode.Samples.Add(runBegin, Stopwatch.GetTimestamp());
        }
        while (!mode.Samples.IsFull && Stopwatch.GetElapsedTime(begin) < slice && !cancellationToken.IsCancellationRequested);
        mode.Allocated += GC.GetAllocatedBytesForCurrentThread() - allocated;
        mode.Elapsed += Stopwatch.GetElapsedTime(begin);
        mode.Cpu += Environment.CpuUsage.TotalTime - cpu;
        mode.Samples.EndRound();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private sealed class Mode
    {
        public LatencySamples Samples { get; } = new();

        public TimeSpan Elapsed { get; set; }

        public TimeSpan Cpu { get; set; }

        public long Allocated { get; set; }

        public LatencySummary Summarize()
        {
            var sorted = Samples.Sorted();
            return new LatencySummary(
                sorted.Length,
                Us(Percentiles.Of(sorted, 0.5)),
                Us(Percentiles.Of(sorted, 0.9)),
                Us(Percentiles.Of(sorted, 0.99)),
                Us(Percentiles.Of(sorted, 0.999)),
                Us(sorted[^1]),
                Math.Round(sorted.Length / Elapsed.TotalSeconds, 1),
                Math.Round(Cpu.TotalMicroseconds / sorted.Length, 2),
                Math.Round((double)Allocated / sorted.Length, 3),
                [.. Samples.ByRound(0.5).Select(Us)],
                [.. Samples.ByRound(0.99).Select(Us)],
                LogHistogram.Of(sorted));
        }

        private static double Us(double nanoseconds) => Math.Round(nanoseconds / 1000, 3);
    }
}
