using Microsoft.Extensions.Logging;

namespace EdgeRunner.Messaging.Mqtt;

/// <summary>Log lines of the MQTT session; event ids 2000 to 2099.</summary>
internal static partial class Log
{
    [LoggerMessage(2000, LogLevel.Information, "Connected to the broker at {Endpoint} as {ClientId}; session present: {SessionPresent}")]
    internal static partial void Connected(ILogger logger, string endpoint, string clientId, bool sessionPresent);

    [LoggerMessage(2001, LogLevel.Warning, "{Fault} Next attempt in {Delay}")]
    internal static partial void WillRetry(ILogger logger, string fault, string delay);

    [LoggerMessage(2002, LogLevel.Information, "The connection to the broker at {Endpoint} was closed")]
    internal static partial void Closed(ILogger logger, string endpoint);

    [LoggerMessage(2003, LogLevel.Error, "Internal error in the connection to the broker at {Endpoint}; it is dropped and made anew")]
    internal static partial void ConnectionBug(ILogger logger, Exception exception, string endpoint);

    [LoggerMessage(2004, LogLevel.Warning, "libmosquitto: {Text}")]
    internal static partial void Library(ILogger logger, string text);

    [LoggerMessage(2005, LogLevel.Warning,
        "The broker at {Endpoint} does not keep retained messages: presence and report reach only those who listen now")]
    internal static partial void RetainNotAvailable(ILogger logger, string endpoint);

    [LoggerMessage(2006, LogLevel.Warning, "The subscription {Filter} was refused: {Reason}")]
    internal static partial void SubscriptionRefused(ILogger logger, string filter, string reason);

    [LoggerMessage(2007, LogLevel.Error, "The handler of {Filter} failed on a message on {Topic}")]
    internal static partial void HandlerFailed(ILogger logger, Exception exception, string topic, string filter);

    [LoggerMessage(2008, LogLevel.Warning,
        "The handler of {Filter} is too slow: messages are dropped and counted (queue: {Capacity} messages, {CapacityBytes} bytes)")]
    internal static partial void IncomingDropped(ILogger logger, string filter, int capacity, long capacityBytes);

    [LoggerMessage(2009, LogLevel.Error, "A listener of ConnectionChanged failed")]
    internal static partial void ListenerFailed(ILogger logger, Exception exception);

    [LoggerMessage(2010, LogLevel.Debug, "A connection attempt to {Endpoint} hangs in the kernel and is left behind; it ends by itself")]
    internal static partial void AttemptAbandoned(ILogger logger, string endpoint);

    [LoggerMessage(2011, LogLevel.Debug, "{Fault} Next attempt in {Delay}")]
    internal static partial void WillRetryAgain(ILogger logger, string fault, string delay);
}
