namespace EdgeRunner.Device.Benchmarking;

/// <summary>Words of the command line that do not fit the model or each other. The message names the option, its value and what would be right.</summary>
internal sealed class BenchInputException(string message) : Exception(message);
