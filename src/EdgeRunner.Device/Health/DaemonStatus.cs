using EdgeRunner.Device.Pipelines;
using EdgeRunner.Device.Telemetry;
using EdgeRunner.Device.Updates;

namespace EdgeRunner.Device.Health;

/// <summary>Everything <c>edgerunner status</c> shows: the answer of <c>GET /v1/status</c> on the control socket.</summary>
/// <param name="V">Version of this form; 1.</param>
/// <param name="Version">Version of the daemon.</param>
/// <param name="Device">The device's id.</param>
/// <param name="Fleet">The fleet it belongs to.</param>
/// <param name="ProcessId">The daemon's process id.</param>
/// <param name="Health"><c>ok</c>, or <c>degraded</c> when some component is not as it should be.</param>
/// <param name="UptimeSeconds">Seconds since the start, monotonic.</param>
/// <param name="PssBytes">The daemon's share of memory, from <c>/proc/self/smaps_rollup</c>; 0 when the kernel does not tell.</param>
/// <param name="Components">The state of every component, by name.</param>
/// <param name="Inference">The engine; null before it is loaded or when it could not be.</param>
/// <param name="Broker">The connection.</param>
/// <param name="Telemetry">Queues, outbox and uploader.</param>
/// <param name="Pipelines">Every pipeline of the configuration, by name.</param>
internal sealed record DaemonStatus(
    int V,
    string Version,
    string Device,
    string Fleet,
    int ProcessId,
    string Health,
    double UptimeSeconds,
    long PssBytes,
    IReadOnlyList<ComponentEntry> Components,
    InferenceStatus? Inference,
    BrokerStatus Broker,
    TelemetryStatus Telemetry,
    IReadOnlyList<PipelineStatus> Pipelines)
{
    /// <summary>Updates; null when the device follows no group.</summary>
    public UpdateStatus? Updates { get; init; }
}
