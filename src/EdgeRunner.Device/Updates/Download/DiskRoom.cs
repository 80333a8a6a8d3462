using EdgeRunner.Device.Configuration;

namespace EdgeRunner.Device.Updates.Download;

/// <summary>Whether the disk has room for a release, before anything of it is written.</summary>
internal static class DiskRoom
{
    /// <summary>Looks whether it has.</summary>
    /// <param name="directory">On the disk that is meant.</param>
    /// <param name="release">What is to be installed.</param>
    /// <param name="allocated">Disk that its part file has already.</param>
    /// <param name="reclaimable">Disk that other downloads take, which can go.</param>
    /// <param name="options">How much is to stay free.</param>
    /// <returns>Null when it has; else what is missing, with the numbers.</returns>
    internal static string? FindProblem(string directory, Release release, long allocated, long reclaimable, UpdateOptions options)
    {
        var (fetch, unpack) = (Math.Max(0, release.Chunks.Index.Length - allocated), Unpacked(release));
        var free = Free(directory) + reclaimable;
        var needed = fetch + unpack + options.ReserveBytes;
        return free >= needed ? null
            : $"{release.Title} needs {needed} bytes on the disk of {directory}: {fetch} to fetch, {unpack} to decrypt, and {options.ReserveBytes} that updates.reserveBytes keeps free; {free} are free, so {needed - free} are missing";
    }

    /// <summary>What this user may write there, in bytes.</summary>
    internal static long Free(string directory) => new DriveInfo(directory).AvailableFreeSpace;

    /// <summary>A bundle is moved into the store as it is; an encrypted release stands beside what comes out of it.</summary>
    private static long Unpacked(Release release) => release.Keys is null ? 0 : release.Needs.UnpackedBytes > 0 ? release.Needs.UnpackedBytes : release.Chunks.Index.Length;
}
