namespace EdgeRunner.Device.Configuration;

/// <summary>How the device watches itself and tells about it.</summary>
internal sealed record HealthOptions : ICheckedSection
{
    /// <summary>Time without progress in a pipeline that should make some, in seconds, after which the watchdog is no longer fed and
    /// systemd restarts the service. 0 never stops feeding.</summary>
    public int StallSeconds { get; set; } = 30;

    /// <summary>Longest pause between two reports to the fleet, in seconds; a change is reported at once.</summary>
    public int ReportIntervalSeconds { get; set; } = 300;

    /// <inheritdoc/>
    public void Check(SectionCheck check)
    {
        check.Range(nameof(StallSeconds), StallSeconds, 0, 3_600);
        check.Range(nameof(ReportIntervalSeconds), ReportIntervalSeconds, 5, 86_400);
    }
}
