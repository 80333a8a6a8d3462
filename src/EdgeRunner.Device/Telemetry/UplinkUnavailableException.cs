namespace EdgeRunner.Device.Telemetry;

/// <summary>The broker cannot be reached, or was lost before it acknowledged. Nothing is lost: records stay in the outbox.</summary>
/// <remarks>A broker that answers with a refusal is <see cref="UplinkRefusedException"/>.</remarks>
internal sealed class UplinkUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
