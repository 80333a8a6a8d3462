namespace EdgeRunner.Trust.Repository;

/// <summary>Held while a repository is changed: <c>flock</c> on a file, so that it ends with the process, however that ends.</summary>
internal sealed class RepositoryLock : IDisposable
{
    private readonly FileStream _file;

    private RepositoryLock(FileStream file) => _file = file;

    /// <exception cref="RepositoryException">Somebody else holds it.</exception>
    internal static RepositoryLock Take(RepositoryLayout layout, TimeProvider timeProvider)
    {
        FileStream file;
        try
        {
            // FileShare.None is flock(LOCK_EX | LOCK_NB) on Linux.
            file = new FileStream(layout.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException) && IsHeld(e))
        {
            throw new RepositoryException(RepositoryFailure.Locked, role: null, layout.LockFile, $"somebody else is changing this repository{Owner(layout)}",
                "Nothing was changed; try again when they are done", e);
        }
        try
        {
            // Only for the message above: a failure to write it is no reason not to work.
            File.WriteAllText(layout.LockOwnerFile, $"{Environment.UserName} on {Environment.MachineName}, process {Environment.ProcessId}, since {timeProvider.GetUtcNow():yyyy-MM-dd HH:mm:ss} UTC");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // As when the disk is full, or a colleague owns the file.
        }
        return new RepositoryLock(file);
    }

    public void Dispose() => _file.Dispose();

    private static bool IsHeld(IOException e) => e.HResult is 11 or 13 || e.Message.Contains("another process", StringComparison.Ordinal);

    private static string Owner(RepositoryLayout layout)
    {
        try
        {
            var text = File.ReadAllText(layout.LockOwnerFile);
            return text.Length is > 0 and < 300 ? $": {text}" : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
