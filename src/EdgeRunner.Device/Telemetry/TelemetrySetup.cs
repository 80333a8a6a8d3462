using EdgeRunner.Device.Configuration;

namespace EdgeRunner.Device.Telemetry;

/// <summary>From the words of the configuration to the options of the outbox.</summary>
internal static class TelemetrySetup
{
    /// <summary>Maps a checked configuration.</summary>
    public static TelemetryOptions Map(DeviceConfiguration configuration)
    {
        var from = configuration.Telemetry;
        var options = new TelemetryOptions
        {
            Directory = Path.Combine(configuration.Storage.StateDirectory, "telemetry"),
            DeviceId = configuration.Device.Id!,
            CommitInterval = TimeSpan.FromMilliseconds(from.CommitIntervalMs),
            MaxBytes = from.MaxBytes,
            FreeDiskFloorBytes = from.FreeDiskFloorBytes,
            BacklogBytesPerSecond = from.BacklogBytesPerSecond,
            MaxInflight = configuration.Broker.MaxInflight,
        };
        // Decisions that change are few and wanted; they are kept when measurements are not.
        Add(Pipelines.EventStream.Name, StreamClass.Event, new Configuration.TelemetryStreamOptions());
        foreach (var (name, pipeline) in configuration.Pipelines)
            Add(pipeline.Telemetry.Stream ?? name, pipeline.Telemetry.Class ?? StreamClass.Metric, new Configuration.TelemetryStreamOptions());
        foreach (var (name, stream) in from.Streams) Add(name, stream.Class, stream);
        return options;

        void Add(string name, StreamClass streamClass, Configuration.TelemetryStreamOptions stream) => options.Streams[name] = new TelemetryStreamOptions
        {
            Class = streamClass switch
            {
                StreamClass.Alarm => TelemetryClass.Alarm,
                StreamClass.Event => TelemetryClass.Event,
                StreamClass.Raw => TelemetryClass.Raw,
                _ => TelemetryClass.Metric,
            },
            MaxBytes = stream.MaxBytes is { } cap ? Math.Min(cap, options.MaxBytes) : null,
            WhenFull = stream.WhenFull == StreamFullPolicy.RejectNew ? WhenFull.RejectNew : WhenFull.OverwriteOldest,
            // Changes are rare; a small queue for each pipeline is plenty.
            QueueBytes = string.Equals(name, Pipelines.EventStream.Name, StringComparison.Ordinal) ? Math.Min(from.QueueBytes, 64 << 10) : from.QueueBytes,
        };
    }
}
