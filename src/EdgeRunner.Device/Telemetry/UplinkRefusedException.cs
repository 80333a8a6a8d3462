namespace EdgeRunner.Device.Telemetry;

/// <summary>The broker answered a publish with a reason code of 0x80 or above (not authorised, quota, payload format). Nothing is lost: the
/// batch
/// is set aside, later ones go on, and it is tried again.</summary>
/// <remarks>A broker that does not answer is <see cref="UplinkUnavailableException"/>.</remarks>
internal sealed class UplinkRefusedException(string message, Exception? inner = null) : Exception(message, inner);
