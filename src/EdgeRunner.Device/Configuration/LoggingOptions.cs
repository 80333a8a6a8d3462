namespace EdgeRunner.Device.Configuration;

/// <summary>Journal and status log.</summary>
internal sealed record LoggingOptions : ICheckedSection
{
    /// <summary>Least important level that reaches the journal.</summary>
    public LogLevel Level { get; set; } = LogLevel.Information;

    /// <summary>Size at which <c>status.log</c> becomes <c>status.log.1</c>, in bytes; both together take at most twice this.</summary>
    public long StatusLogMaxBytes { get; set; } = 1 << 20;

    /// <summary>Lines of one event id and component that are logged per minute, and lines of one component in <c>status.log</c>; the rest is counted
    /// and summed up in one line. 0 = no limit.</summary>
    public int RepeatsPerMinute { get; set; } = 10;

    /// <inheritdoc/>
    public void Check(SectionCheck check)
    {
        check.Range(nameof(StatusLogMaxBytes), StatusLogMaxBytes, 16L << 10, 1L << 30);
        check.Range(nameof(RepeatsPerMinute), RepeatsPerMinute, 0, 10_000);
    }
}
