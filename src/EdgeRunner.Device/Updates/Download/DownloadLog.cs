namespace EdgeRunner.Device.Updates.Download;

/// <summary>Log lines of downloads: event ids 7140 to 7159.</summary>
internal static partial class DownloadLog
{
    [LoggerMessage(7140, LogLevel.Information, "{Title}: {MissingBytes} of {TotalBytes} bytes have to be fetched; {ReusedBytes} were in other versions here, {ResumedBytes} in what was fetched before")]
    public static partial void Begins(ILogger logger, string title, long missingBytes, long totalBytes, long reusedBytes, long resumedBytes);

    [LoggerMessage(7141, LogLevel.Information, "{Title}: complete, {FetchedBytes} bytes fetched over {Transport}")]
    public static partial void Complete(ILogger logger, string title, long fetchedBytes, string transport);

    [LoggerMessage(7142, LogLevel.Warning, "{Path} cannot be searched for chunks: {Reason}")]
    public static partial void CannotReuse(ILogger logger, string path, string reason);

    [LoggerMessage(7143, LogLevel.Warning, "{Title}: {Chunks} chunks are not on the disk as they were written; they are fetched again")]
    public static partial void DamagedOnDisk(ILogger logger, string title, int chunks);

    [LoggerMessage(7144, LogLevel.Warning, "{Path} cannot be deleted: {Reason}")]
    public static partial void CannotDelete(ILogger logger, string path, string reason);

    [LoggerMessage(7145, LogLevel.Warning, "{Title}: {Chunks} chunks that came over {Transport} were not those that were signed; none of them was used")]
    public static partial void WrongChunks(ILogger logger, string title, int chunks, string transport);
}
