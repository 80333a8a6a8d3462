namespace EdgeRunner.Device.Windows;

/// <summary>A pipeline's window fits neither its source nor its model; the message says what would fit. Only for configuration that is wrong.</summary>
internal sealed class WindowMismatchException(string message) : Exception(message);
