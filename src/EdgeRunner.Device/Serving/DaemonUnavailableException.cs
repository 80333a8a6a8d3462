namespace EdgeRunner.Device.Serving;

/// <summary>The daemon could not be asked. Says nothing about the pipelines: they may run well.</summary>
internal sealed class DaemonUnavailableException(DaemonUnavailableReason reason, string message, Exception? inner = null) : Exception(message, inner)
{
    public DaemonUnavailableReason Reason { get; } = reason;
}
