namespace EdgeRunner.Fleet.Commands;

/// <summary>The person was asked and said no.</summary>
internal sealed class DeclinedException(string message) : Exception(message);
