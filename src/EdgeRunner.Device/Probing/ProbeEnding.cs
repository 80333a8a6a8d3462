namespace EdgeRunner.Device.Probing;

/// <summary>Explains the end of a child that gave no verdict.</summary>
internal static class ProbeEnding
{
    private const int SigAbort = 6;
    /// <summary>Nobody can catch it.</summary>
    internal const int SigKill = 9;

    private const int SigCpu = 24;

    // What C++, glibc and .NET write before they abort for want of memory.
    private static readonly string[] OutOfMemoryWords = ["bad_alloc", "Out of memory", "OutOfMemory", "Cannot allocate memory", "memory exhausted"];

    /// <summary>Adds reason and detail.</summary>
    /// <param name="report">What is known so far.</param>
    /// <param name="exitCode">128 + n after signal n; null when the process would not die.</param>
    /// <param name="errors">Last lines of standard error.</param>
    /// <param name="kernelKilled">Whether the kernel killed some process for want of memory meanwhile.</param>
    public static ProbeReport Explain(ProbeReport report, int? exitCode, IReadOnlyList<string> errors, bool kernelKilled)
    {
        var doing = ProbeWords.Doing(report.Stage);
        var last = errors.Count > 0 ? $"; its last words: {string.Join(" | ", errors.TakeLast(3))}" : "";
        if (exitCode is not { } code)
            return report with { Reason = ProbeReason.ProbeFailed, Detail = $"the child does not end, though killed{last}" };
        if (code <= 128)
            return report with { Reason = ProbeReason.ProbeFailed, Detail = $"the child ended with code {code} and without a verdict, while {doing}{last}" };
        var signal = code - 128;
        var (reason, detail) = signal switch
        {
            SigCpu => (ProbeReason.CpuExceeded, $"more than {report.Limits.CpuSeconds} s of CPU time while {doing}"),
            SigKill when kernelKilled => (ProbeReason.MemoryExceeded, $"the kernel ran out of memory and killed the probe while {doing}"),
            SigAbort when errors.Any(line => OutOfMemoryWords.Any(word => line.Contains(word, StringComparison.OrdinalIgnoreCase))) =>
                (ProbeReason.MemoryExceeded, $"native code found no more address space ({ProbeWords.Bytes(report.Limits.AddressSpaceBytes)} allowed) and aborted while {doing}{last}"),
            SigAbort => (ProbeReason.Aborted, $"native code aborted while {doing}{last}"),
            _ => (ProbeReason.KilledBySignal, $"the process was killed by {ProbeWords.SignalName(signal)} while {doing}{last}"),
        };
        return report with { Reason = reason, Detail = detail, Signal = signal };
    }
}
