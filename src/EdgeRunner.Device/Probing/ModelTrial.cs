using System.Diagnostics;
using System.Globalization;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Probing;

/// <summary>Runs a loaded model on known inputs: takes the time, and looks for answers that are no numbers.</summary>
internal sealed class ModelTrial(ModelInstance model, ProbeInputs inputs)
{
    /// <summary>Runs that are made though they take longer than a batch should.</summary>
    private const int MinRuns = 3;

    /// <summary>Time for one batch where the number of runs is not asked for. Three batches of it are a tenth of the default wall time.</summary>
    private static readonly TimeSpan BatchTime = TimeSpan.FromSeconds(2);

    private const int MaxBatches = 3;

    private readonly string?[] _problems = new string?[inputs.Count];
    private readonly List<string> _warnings = [];
    private long _first;

    /// <summary>What is worth knowing.</summary>
    public IReadOnlyList<string> Warnings
    {
        get
        {
            if (!inputs.AreGolden && NotFinite is null && _problems.FirstOrDefault(one => one is not null) is { } problem) return [.. _warnings, problem];
            return _warnings;
        }
    }

    /// <summary>Why the answers are no numbers; null when they are. One golden input is enough; inputs that were made up may be ones the model never
    /// sees, so there all must give NaN or infinity.</summary>
    public string? NotFinite => inputs.AreGolden ? _problems.FirstOrDefault(one => one is not null)
        : _problems.Take(inputs.Count).All(one => one is not null) ? _problems[0] : null;

    /// <summary>The first run, which takes the memory. Inputs that were made up and that the model refuses are passed over while there are others.</summary>
    /// <exception cref="OrtException">It fails on every input.</exception>
    public void RunFirst()
    {
        while (true)
        {
            model.ResetState();
            inputs.Write(0);
            try
            {
                _first = Time();
                Look(0);
                return;
            }
            catch (OrtException e) when (!inputs.AreGolden && inputs.Count > 1)
            {
                _warnings.Add($"a run on {inputs.Name(0)} failed: {e.Message}");
                inputs.Drop(0);
            }
        }
    }

    /// <summary>The timed runs. Where the percentile is above the limit and the median is not, the machine may have been busy: the runs are made again, up to
    /// three times, and the best counts.</summary>
    /// <param name="limits">Number of runs, and the percentile allowed.</param>
    /// <param name="isExact">All of the runs, as long as half the wall time is left.</param>
    /// <exception cref="OrtException">A run failed.</exception>
    public ProbeLatency Measure(ProbeLimitsInForce limits, bool isExact)
    {
        // Out of it, the verdict on a slow model would be timed-out, which says less.
        var most = TimeSpan.FromSeconds(limits.WallSeconds) / 2 / MaxBatches;
        var time = isExact || most < BatchTime ? most : BatchTime;
        ProbeLatency? best = null;
        for (var batch = 0; batch < MaxBatches; batch++)
        {
            var latency = MeasureBatch(limits.Runs, isExact ? limits.Runs : MinRuns, time, most);
            if (best is null || latency.P99 < best.P99) best = latency;
            if (best.P99 <= limits.P99Microseconds || latency.P50 > limits.P99Microseconds) break;
        }

        return best!;
    }

    private ProbeLatency MeasureBatch(int runs, int minRuns, TimeSpan time, TimeSpan most)
    {
        var ticks = new long[runs];
        var cpuTicks = new long[runs];
        var start = Stopwatch.GetTimestamp();
        var count = 0;
        for (; count < runs; count++)
        {
            var elapsed = Stopwatch.GetElapsedTime(start);
            if (count >= minRuns ? elapsed >= time : count > 0 && elapsed >= most) break;
            var index = count % inputs.Count;
            if (index == 0) model.ResetState();
            inputs.Write(index);
            var cpu = Environment.CpuUsage.TotalTime;
            ticks[count] = Time();
            cpuTicks[count] = (Environment.CpuUsage.TotalTime - cpu).Ticks;
            Look(index);
        }

        return ProbeLatency.Of(ticks.AsSpan(0, count), cpuTicks.AsSpan(0, count), Stopwatch.Frequency, _first);
    }

    private long Time()
    {
        var start = Stopwatch.GetTimestamp();
        model.Run();
        return Stopwatch.GetTimestamp() - start;
    }

    private void Look(int index)
    {
        if (_problems[index] is not null) return;
        foreach (var output in model.Outputs)
        {
            if (FiniteCheck.FirstNotFinite(output.Tensor) is not { } found) continue;
            _problems[index] = string.Create(CultureInfo.InvariantCulture, $"output \"{output.Name}\" is {found.Value} at element {found.Index} for {inputs.Name(index)}");
            return;
        }
    }
}
