namespace EdgeRunner.Device.Decisions;

/// <summary>A pipeline's decision does not fit its model's outputs; the message says what would fit. Only for configuration that is wrong.</summary>
internal sealed class DecisionMismatchException(string message) : Exception(message);
