using EdgeRunner.Native.Linux;

namespace EdgeRunner.Device.Health;

/// <summary>Whose the daemon's directories are. Under systemd they belong to a user of their own; what <c>sudo edgerunner …</c> writes there must not stay root's, or
/// the daemon could not change it: no install, no update.</summary>
internal static class StateOwnership
{
    /// <summary>Why this user cannot see what is in the state directory: without a look, a store that is closed to a user seems to be empty.</summary>
    /// <returns>Null when it can be read, or is not there.</returns>
    public static string? WhyClosed(string stateDirectory)
    {
        try
        {
            if (Directory.Exists(stateDirectory)) _ = Directory.GetFileSystemEntries(stateDirectory);
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return $"this user may not read {stateDirectory}; use sudo, or join the group that owns it: sudo usermod -aG edgerunner $USER";
        }
    }

    /// <summary>Gives what root has made in a directory to its owner. Does nothing for anybody but root, and never throws: the work is done, and only who runs the daemon
    /// as another user needs this.</summary>
    /// <param name="directory">Need not be there.</param>
    /// <returns>True when all is the owner's.</returns>
    public static bool GiveBack(string directory)
    {
        try
        {
            DirectoryOwner.GiveBack(directory);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"edgerunner: what root has made in {directory} stays root's, and a daemon of another user cannot change it: {e.Message}; mend it with chown -R");
            return false;
        }
    }
}
