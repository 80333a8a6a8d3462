using EdgeRunner.Native.Linux;

namespace EdgeRunner.Device.Configuration;

/// <summary>Where and how urgently the pipeline's thread runs.</summary>
internal sealed record PipelineThreadOptions : ICheckedSection
{
    /// <summary>Processors the thread stays on, by number from 0; null (default) = any.</summary>
    public List<int>? Cpus { get; set; }

    /// <summary>Real-time priority (<c>SCHED_FIFO</c>): 1, the lowest, to 99; 0 (default) = none.</summary>
    public int RealtimePriority { get; set; }

    /// <summary>True: the pipeline fails where this cannot be had. False (default): it runs without, and <c>status</c> says so.</summary>
    public bool Required { get; set; }

    /// <inheritdoc/>
    public void Check(SectionCheck check)
    {
        check.Range(nameof(RealtimePriority), RealtimePriority, 0, RealtimeScheduling.MaxPriority);
        if (Cpus is { Count: 0 })
            check.Error(nameof(Cpus), "an empty list is not allowed; expected at least one processor, or null for any");
        else if (Cpus?.FindIndex(cpu => cpu is < 0 or > 1023) is { } bad and >= 0)
            check.Error(nameof(Cpus), $"{Cpus[bad]} is not allowed; expected processor numbers from 0 to 1023");
    }
}
