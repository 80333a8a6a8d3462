namespace EdgeRunner.Device.Configuration;

/// <summary>One stream of the outbox.</summary>
internal sealed record TelemetryStreamOptions : ICheckedSection
{
    /// <summary>What goes first and is kept longest: alarm, then event, metric, raw.</summary>
    public StreamClass Class { get; set; } = StreamClass.Metric;

    /// <summary>Disk this stream may take, in bytes; null (default) = only <c>telemetry.maxBytes</c> limits it.</summary>
    public long? MaxBytes { get; set; }

    /// <summary>What gives way when the stream is full.</summary>
    public StreamFullPolicy WhenFull { get; set; } = StreamFullPolicy.OverwriteOldest;

    /// <inheritdoc/>
    public void Check(SectionCheck check)
    {
        if (check.Name.Length > 0 && !SectionCheck.IsName(check.Name))
            check.SectionError($"\"{check.Name}\" is not allowed as the name of a stream; expected 1 to 64 of A-Z a-z 0-9 . _ -");
        check.Range(nameof(MaxBytes), MaxBytes, 64L << 10, 1L << 40);
    }
}
