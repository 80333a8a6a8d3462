namespace EdgeRunner.Native.Linux;

/// <summary>Memory of a process as <c>/proc/PID/status</c> has it: cheap to read (no walk over the pages), for polling.</summary>
/// <param name="ResidentBytes"><c>VmRSS</c>: in memory now, shared pages counted in full.</param>
/// <param name="PeakResidentBytes"><c>VmHWM</c>: the most it ever was.</param>
/// <param name="AddressSpaceBytes"><c>VmSize</c>: mapped now, used or not.</param>
/// <param name="PeakAddressSpaceBytes"><c>VmPeak</c>: the most it ever was.</param>
/// <seealso href="https://man7.org/linux/man-pages/man5/proc_pid_status.5.html"/>
public readonly record struct ProcessStatus(long ResidentBytes, long PeakResidentBytes, long AddressSpaceBytes, long PeakAddressSpaceBytes)
{
    /// <summary>Reads one process.</summary>
    /// <param name="process">Its id; null is this process.</param>
    /// <returns>Null when it has ended or <c>/proc</c> does not show it. Never throws.</returns>
    public static ProcessStatus? Read(int? process = null)
    {
        try
        {
            return TryParse(File.ReadAllBytes(process is null ? "/proc/self/status" : $"/proc/{process}/status"), out var status) ? status : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // "not known" is the answer
        }
    }

    /// <summary>Parses the file.</summary>
    /// <param name="text">Its bytes; hostile input gives false, never an exception. A zombie's file has no such lines: false too.</param>
    /// <param name="status">The numbers, in bytes.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, out ProcessStatus status)
    {
        status = default;
        if (KibibyteLines.Find(text, "VmRSS"u8) is not { } resident || KibibyteLines.Find(text, "VmHWM"u8) is not { } peak
            || KibibyteLines.Find(text, "VmSize"u8) is not { } size || KibibyteLines.Find(text, "VmPeak"u8) is not { } peakSize)
            return false;
        status = new ProcessStatus(resident, peak, size, peakSize);
        return true;
    }
}
