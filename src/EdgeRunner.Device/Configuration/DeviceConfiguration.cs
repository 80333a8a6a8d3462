namespace EdgeRunner.Device.Configuration;

/// <summary>The whole configuration of a device (docs/configuration.md). Sections that are not written have their defaults.</summary>
internal sealed record DeviceConfiguration
{
    /// <summary>Who this device is.</summary>
    public DeviceOptions Device { get; set; } = new();

    /// <summary>The MQTT broker.</summary>
    public BrokerOptions Broker { get; set; } = new();

    /// <summary>Directories.</summary>
    public StorageOptions Storage { get; set; } = new();

    /// <summary>The process.</summary>
    public ProcessOptions Process { get; set; } = new();

    /// <summary>ONNX Runtime.</summary>
    public InferenceOptions Inference { get; set; } = new();

    /// <summary>The outbox and its streams.</summary>
    public TelemetryOptions Telemetry { get; set; } = new();

    /// <summary>Signed releases.</summary>
    public UpdateOptions Updates { get; set; } = new();

    /// <summary>Watchdog and report.</summary>
    public HealthOptions Health { get; set; } = new();

    /// <summary>Journal and status log.</summary>
    public LoggingOptions Logging { get; set; } = new();

    /// <summary>Pipelines by name.</summary>
    public Dictionary<string, PipelineOptions> Pipelines { get; set; } = new(StringComparer.Ordinal);
}
