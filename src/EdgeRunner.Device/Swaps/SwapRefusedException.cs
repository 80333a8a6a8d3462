namespace EdgeRunner.Device.Swaps;

/// <summary>A new model was not taken; the old one goes on. The message says why and what would help.</summary>
internal sealed class SwapRefusedException(string message) : Exception(message);
