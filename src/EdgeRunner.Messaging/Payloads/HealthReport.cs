namespace EdgeRunner.Messaging.Payloads;

/// <summary>Health of a device.</summary>
/// <param name="State"><c>ok</c>, <c>degraded</c> or <c>failing</c>.</param>
/// <param name="Problems">One line each; empty when all is well.</param>
/// <param name="UptimeSeconds">Since the daemon started.</param>
/// <param name="MemoryBytes">PSS of the daemon, or 0 when unknown.</param>
/// <param name="PendingRecords">Telemetry records accepted and not yet acknowledged by the broker.</param>
/// <param name="LostRecords">Telemetry records dropped by policy since the store was made.</param>
public sealed record HealthReport(string State, IReadOnlyList<string> Problems, double UptimeSeconds, long MemoryBytes,
    long PendingRecords, long LostRecords);
