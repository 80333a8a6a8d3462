namespace EdgeRunner.Device.Sensors;

/// <summary>Event ids 4000 to 4099.</summary>
internal static partial class SensorsLog
{
    [LoggerMessage(4000, LogLevel.Information, "Source {Source} started: process {ProcessId}")]
    public static partial void Started(ILogger logger, string source, int processId);

    [LoggerMessage(4001, LogLevel.Warning, "Source {Source}: {Reason}; starting it again in {WaitMilliseconds} ms")]
    public static partial void Restarting(ILogger logger, string source, string reason, long waitMilliseconds);

    [LoggerMessage(4002, LogLevel.Error, "Source {Source}: {Reason}; it is not started again")]
    public static partial void Failed(ILogger logger, string source, string reason);

    [LoggerMessage(4003, LogLevel.Information, "Source {Source} says: {Line}")]
    public static partial void StandardError(ILogger logger, string source, string line);

    [LoggerMessage(4004, LogLevel.Information, "Source {Source} has said {Count} more lines in the last minute")]
    public static partial void StandardErrorSuppressed(ILogger logger, string source, long count);
}
