using EdgeRunner.Native.Linux;

namespace EdgeRunner.Trust.Repository;

/// <summary>Held while a repository is changed: <c>flock</c> on a file, so that it ends with the process, however that ends.</summary>
internal sealed class RepositoryLock : IDisposable
{
    private readonly FileStream _file;

    private RepositoryLock(FileStream file) => _file = file;

    /// <param name="layout">The repository; its directory is there.</param>
    /// <param name="owner">Whose files these are to be.</param>
    /// <param name="timeProvider">Wall time.</param>
    /// <exception cref="RepositoryException">Somebody else holds it.</exception>
    internal static RepositoryLock Take(RepositoryLayout layout, FileOwner owner, TimeProvider timeProvider)
    {
        var me = $"{Environment.UserName} on {Environment.MachineName}, process {Environment.ProcessId}, since {timeProvider.GetUtcNow():yyyy-MM-dd HH:mm:ss} UTC";
        using var acting = owner.Enter();
        FileStream file;
        try
        {
            // FileShare.None is flock(LOCK_EX | LOCK_NB) on Linux. A link is followed no further than the owner of the repository could go, and nothing is written to the file.
            file = new FileStream(layout.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException) && IsHeld(e))
        {
            throw Held(layout, e);
        }
        catch (UnauthorizedAccessException e) when (owner != default)
        {
            throw OwnersDisk.Explain(e, owner);
        }
        // An `init` that failed removes its lock file while it holds it: who opened that before and locks it now has a lock on nothing.
        if (OperatingSystem.IsLinux() && FileIdentity.Read(file.SafeFileHandle).HardLinks == 0)
        {
            file.Dispose();
            throw Held(layout, e: null);
        }
        try
        {
            // Only for the message above: a failure to write it is no reason not to work.
            File.Delete(layout.LockOwnerFile); // a link is not written through
            using var note = new StreamWriter(new FileStream(layout.LockOwnerFile, FileMode.CreateNew, FileAccess.Write));
            note.Write(me);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // As when the disk is full, or a colleague owns the file.
        }
        return new RepositoryLock(file);
    }

    public void Dispose() => _file.Dispose();

    private static RepositoryException Held(RepositoryLayout layout, Exception? e) => new(RepositoryFailure.Locked, role: null, layout.LockFile, $"somebody else is changing this repository{Owner(layout)}",
        "Nothing was changed; try again when they are done", e);

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
