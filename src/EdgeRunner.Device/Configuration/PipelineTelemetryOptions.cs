using EdgeRunner.Device.Pipelines;
using EdgeRunner.Device.Telemetry;

namespace EdgeRunner.Device.Configuration;

/// <summary>What a pipeline records.</summary>
internal sealed record PipelineTelemetryOptions : ICheckedSection
{
    /// <summary>Stream of the records; null (default) takes the name of the pipeline.</summary>
    public string? Stream { get; set; }

    /// <summary>Class of the stream where <c>telemetry.streams</c> does not say it; null (default) = metric.</summary>
    public StreamClass? Class { get; set; }

    /// <summary>Which windows leave a record.</summary>
    public RecordedWindows Windows { get; set; } = RecordedWindows.All;

    /// <summary>What happens to a record when the queue to the outbox is full; null (default) = <c>block</c> for a recording that is replayed as
    /// fast as possible, <c>drop</c> for everything else.</summary>
    public QueueFullPolicy? WhenFull { get; set; }

    /// <inheritdoc/>
    public void Check(SectionCheck check)
    {
        check.NameOf(nameof(Stream), Stream);
        if (IsReserved(Stream)) check.Error(nameof(Stream), $"\"{Stream}\" is not allowed; the daemon's own records use it");
    }

    /// <summary>Streams that the daemon writes itself.</summary>
    internal static bool IsReserved(string? stream) => stream is EventStream.Name or OutboxSchema.LossStream;
}
