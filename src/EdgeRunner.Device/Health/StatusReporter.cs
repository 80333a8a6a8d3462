using EdgeRunner.Device.Pipelines;
using EdgeRunner.Device.Telemetry;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Uplink;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Device.Health;

/// <summary>Puts the daemon's status together from its parts. Any thread.</summary>
internal sealed class StatusReporter(DeviceIdentity identity, StateBoard states, PipelineHost pipelines, TelemetryOutbox outbox, BrokerConnection broker,
    InferenceEngine engine, TimeProvider timeProvider, IUpdateControl? updates = null)
{
    private readonly long _started = timeProvider.GetTimestamp();

    /// <summary>The status now.</summary>
    public DaemonStatus Read()
    {
        var components = states.Snapshot();
        var all = pipelines.GetStatus();
        return new DaemonStatus(
            V: 1,
            identity.Version,
            identity.Id,
            identity.Fleet,
            Environment.ProcessId,
            components.Any(entry => IsProblem(entry.State)) ? "degraded" : "ok",
            Math.Round(timeProvider.GetElapsedTime(_started).TotalSeconds, 3),
            ProcessMemory.ReadSelf()?.PssBytes ?? 0,
            components,
            InUse(engine.Status, all),
            broker.Status,
            outbox.Status(),
            all)
        { Updates = updates?.Snapshot() };
    }

    /// <summary>Without the models that no pipeline has any more: what a version got that was swapped out says nothing of now.</summary>
    internal static InferenceStatus? InUse(InferenceStatus? engine, IReadOnlyList<PipelineStatus> pipelines) => engine is null
        ? null
        : engine with { Models = [.. engine.Models.Where(report => pipelines.Any(pipeline => string.Equals(pipeline.Model, report.Model, StringComparison.Ordinal)))] };

    /// <summary>Whether a person should look at it.</summary>
    public static bool IsProblem(ComponentState state) => state is ComponentState.Degraded or ComponentState.Failed or ComponentState.Disabled;
}
