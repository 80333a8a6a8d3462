namespace EdgeRunner.Device.Updates.Transports;

/// <summary>Log lines of the roads: event ids 7120 to 7129.</summary>
internal static partial class TransportLog
{
    [LoggerMessage(7120, LogLevel.Warning, "Releases: {Road} is passed over: {Reason}")]
    public static partial void RoadFails(ILogger logger, string road, string reason);

    [LoggerMessage(7121, LogLevel.Information, "Releases: {Road} works again")]
    public static partial void RoadWorks(ILogger logger, string road);
}
