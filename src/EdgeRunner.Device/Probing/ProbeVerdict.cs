namespace EdgeRunner.Device.Probing;

/// <summary>The verdict on a model that came through all stages.</summary>
internal static class ProbeVerdict
{
    /// <summary>The first of these that is true: too much memory, NaN or infinity, a wrong answer, too slow, good.</summary>
    public static (ProbeReason Reason, string Detail) Of(
        ProbeLimitsInForce limits, ProbeMemory memory, ProbeLatency latency, string? notFinite, IReadOnlyList<ProbeGoldenCase> golden)
    {
        var failed = golden.Where(one => !one.Passed).ToArray();
        // A golden case that passes may expect NaN; then it is no fault.
        var isExpected = golden.Count > 0 && failed.Length == 0;
        if (memory.ModelPeakBytes > limits.MemoryBytes)
        {
            return (ProbeReason.MemoryExceeded,
                $"the model took {ProbeWords.Bytes(memory.ModelPeakBytes)} at its peak, {ProbeWords.Bytes(limits.MemoryBytes)} are allowed ({limits.MemoryFrom})");
        }

        if (notFinite is not null && !isExpected) return (ProbeReason.NotFinite, notFinite);
        if (failed.Length > 0)
        {
            return (ProbeReason.GoldenMismatch,
                $"{failed.Length} of {golden.Count} golden cases failed; {failed[0].Name}: {(failed[0].Problems.Count > 0 ? failed[0].Problems[0] : "no reason given")}");
        }

        if (latency.P99 > limits.P99Microseconds && !WasMachineBusy(limits, latency))
        {
            return (ProbeReason.TooSlow,
                $"a run takes {ProbeWords.Time(latency.P99)} (99th percentile of {latency.Runs}; median {ProbeWords.Time(latency.P50)}), " +
                $"{ProbeWords.Time(limits.P99Microseconds)} are allowed ({limits.P99From})");
        }

        return (ProbeReason.Ok,
            $"a run takes {ProbeWords.Time(latency.P99)} (99th percentile of {latency.Runs}), memory {ProbeWords.Bytes(memory.ModelPeakBytes)}, " +
            (golden.Count > 0 ? $"{golden.Count} golden case(s) passed" : "no golden cases: what it answers was not checked"));
    }

    /// <summary>Whether a run took longer than allowed only because others had the core. The probe yields to the daemon, and a good model must not be refused
    /// for what runs beside it.</summary>
    public static bool WasMachineBusy(ProbeLimitsInForce limits, ProbeLatency latency) => latency.P99 > limits.P99Microseconds && latency.CpuP99 <= limits.P99Microseconds;
}
