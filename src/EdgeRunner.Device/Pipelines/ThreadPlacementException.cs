namespace EdgeRunner.Device.Pipelines;

/// <summary>The processors or the priority that a pipeline requires cannot be had. The message names the key and the right that is missing.</summary>
internal sealed class ThreadPlacementException(string message) : Exception(message);
