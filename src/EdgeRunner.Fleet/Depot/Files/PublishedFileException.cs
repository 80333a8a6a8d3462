namespace EdgeRunner.Fleet.Depot.Files;

/// <summary>A published file cannot be served: it is damaged, a link, or the disk fails. The message says which and why, and goes to the device and to the log.</summary>
internal sealed class PublishedFileException(string message, Exception? inner = null) : Exception(message, inner);
