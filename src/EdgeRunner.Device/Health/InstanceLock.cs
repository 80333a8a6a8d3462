using System.Globalization;

namespace EdgeRunner.Device.Health;

/// <summary>Keeps a second daemon from opening the same stores: an exclusive <c>flock</c> on <c>edgerunner.lock</c> in the state
/// directory, held until dispose. The kernel drops it when the process dies, so a crash leaves nothing to clean up.</summary>
/// <remarks>Who held it may have been root: at the end everything in the directory belongs to the directory's owner again.</remarks>
internal sealed class InstanceLock : IDisposable
{
    /// <summary>EWOULDBLOCK of flock(2), which .NET gives as the HResult: any other failure is not another daemon.</summary>
    private const int WouldBlock = 11;

    private readonly FileStream _file;
    private readonly string _stateDirectory;

    private InstanceLock(FileStream file, string stateDirectory) => (_file, _stateDirectory) = (file, stateDirectory);

    /// <summary>Takes the lock and writes this process's id beside it, into <c>edgerunner.pid</c>.</summary>
    /// <param name="stateDirectory">Created when it is missing.</param>
    /// <exception cref="InstanceLockedException">Another daemon holds it.</exception>
    /// <exception cref="IOException">The directory cannot be made or written.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not write there.</exception>
    public static InstanceLock Take(string stateDirectory)
    {
        Directory.CreateDirectory(stateDirectory);
        var path = Path.Combine(stateDirectory, "edgerunner.lock");
        FileStream file;
        try
        {
            // FileShare.None is flock(LOCK_EX | LOCK_NB) on Linux.
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException e) when (e.HResult == WouldBlock)
        {
            throw new InstanceLockedException(stateDirectory, ReadHolder(stateDirectory), e);
        }

        try
        {
            WriteHolder(stateDirectory);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        return new InstanceLock(file, stateDirectory);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        StateOwnership.GiveBack(_stateDirectory); // before anybody else may write
        _file.Dispose();
    }

    // .NET also locks for reading, so that a second process cannot read the locked file itself: the id stands in a file beside it.
    private static void WriteHolder(string stateDirectory) =>
        File.WriteAllText(HolderFile(stateDirectory), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));

    private static int? ReadHolder(string stateDirectory)
    {
        try
        {
            return int.TryParse(File.ReadAllText(HolderFile(stateDirectory)), CultureInfo.InvariantCulture, out var id) ? id : null;
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string HolderFile(string stateDirectory) => Path.Combine(stateDirectory, "edgerunner.pid");
}
