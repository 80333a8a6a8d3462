namespace EdgeRunner.Device.Telemetry;

/// <summary>One stream in a <see cref="TelemetryStatus"/>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Class">Its class.</param>
/// <param name="Accepted">Records committed since the start.</param>
/// <param name="Uploaded">Records acknowledged since the start.</param>
/// <param name="Dropped">Records lost since the start, whatever the policy.</param>
/// <param name="PendingRecords">Records stored.</param>
/// <param name="PendingBytes">What they take.</param>
/// <param name="QueuedBytes">Bytes in front of the store.</param>
internal sealed record TelemetryStreamStatus(
    string Name, TelemetryClass Class, long Accepted, long Uploaded, long Dropped, long PendingRecords, long PendingBytes, long QueuedBytes);
