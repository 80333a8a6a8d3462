namespace EdgeRunner.Fleet.Devices;

/// <summary>The broker cannot be reached or does not let us in. The message says what to check.</summary>
internal sealed class BrokerException(string message) : Exception(message);
