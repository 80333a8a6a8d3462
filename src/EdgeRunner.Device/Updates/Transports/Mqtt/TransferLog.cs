namespace EdgeRunner.Device.Updates.Transports.Mqtt;

/// <summary>Events 7200 to 7249.</summary>
internal static partial class TransferLog
{
    [LoggerMessage(7200, LogLevel.Debug, "the second connection, for releases, is opened to {Endpoint} as {ClientId}")]
    internal static partial void Opening(ILogger logger, string endpoint, string clientId);

    [LoggerMessage(7201, LogLevel.Debug, "the second connection is closed: nothing was asked for {Seconds} s")]
    internal static partial void ClosedIdle(ILogger logger, double seconds);

    [LoggerMessage(7202, LogLevel.Debug, "{What}: no answer yet ({Reason}); asked again, attempt {Attempt}")]
    internal static partial void AskedAgain(ILogger logger, string what, string reason, int attempt);

    [LoggerMessage(7203, LogLevel.Information, "the depot is busy and wants {What} to be asked for in {Seconds} s")]
    internal static partial void Busy(ILogger logger, string what, int seconds);

    [LoggerMessage(7204, LogLevel.Warning, "what came as chunk {Number} of {Index} is not it; it is asked for again ({Count} such so far)")]
    internal static partial void WrongChunk(ILogger logger, int number, string index, int count);

    [LoggerMessage(7205, LogLevel.Debug, "{Count} chunks are lost and asked for again; the window is {WindowBytes} bytes now")]
    internal static partial void Lost(ILogger logger, int count, int windowBytes);

    [LoggerMessage(7206, LogLevel.Information, "{Index}: {Chunks} chunks in {Seconds:0.0} s over the broker; {Repaired} asked for again, {Unasked} passed by for others")]
    internal static partial void Fetched(ILogger logger, string index, int chunks, double seconds, int repaired, int unasked);
}
