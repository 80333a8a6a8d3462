namespace EdgeRunner.Fleet.Depot.Files;

/// <summary>A published file cannot be served: it is damaged, a link, or the disk fails. The message says which and why, and goes to the device and to the log.</summary>
internal sealed class PublishedFileException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Nothing is wrong: it was taken out of the repository while it was served.</summary>
    internal bool IsGone { get; init; }
}
