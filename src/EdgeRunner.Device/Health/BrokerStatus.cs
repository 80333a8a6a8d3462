namespace EdgeRunner.Device.Health;

/// <summary>The broker connection as <c>status</c> shows it.</summary>
/// <param name="Address"><c>host:port</c>.</param>
/// <param name="Tls">Whether the connection is encrypted.</param>
/// <param name="Connected">Whether it stands.</param>
/// <param name="Reason">Why it does not, in plain words; empty when it does.</param>
internal sealed record BrokerStatus(string Address, bool Tls, bool Connected, string Reason);
