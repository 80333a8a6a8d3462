namespace EdgeRunner.Fleet.Depot.Files;

/// <summary>Tells whether a file is the one that it was a moment ago.</summary>
/// <param name="Length">In bytes.</param>
/// <param name="ModifiedTicks">UTC.</param>
internal readonly record struct FileStamp(long Length, long ModifiedTicks);
