using System.Diagnostics;

namespace EdgeRunner.TestSupport;

/// <summary>A real file system that gets full: a tmpfs of the given size, mounted for the test. Needs the right to mount: root, or
/// sudo without a password; where that is missing its tests fail, because nothing else shows what a full disk does.</summary>
public sealed class SmallDisk : IDisposable
{
    private readonly TempDirectory _directory;

    private SmallDisk(TempDirectory directory) => _directory = directory;

    public string Path => _directory.Path;

    public static SmallDisk Mount(int sizeBytes)
    {
        var directory = new TempDirectory();
        try
        {
            Run("mount", "-t", "tmpfs", "-o", $"size={sizeBytes},mode=0777", "tmpfs", directory.Path);
            return new SmallDisk(directory);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    public string File(string name) => _directory.File(name);

    /// <summary>Makes it read-only, or writable again, as the kernel does to a failing SD card.</summary>
    public void Remount(bool readOnly) => Run("mount", "-o", readOnly ? "remount,ro" : "remount,rw", Path);

    /// <summary>Takes all free space with a file that is deleted again by <see cref="FreeSpace"/>.</summary>
    public void FillUp()
    {
        using var file = System.IO.File.Create(File("ballast"));
        var block = new byte[4096];
        try
        {
            while (true)
            {
                file.Write(block);
                file.Flush(flushToDisk: true);
            }
        }
        catch (IOException)
        {
            // Full, as wanted.
        }
    }

    public void FreeSpace() => System.IO.File.Delete(File("ballast"));

    public void Dispose()
    {
        Run("umount", "-l", Path);
        _directory.Dispose();
    }

    private static void Run(params string[] command)
    {
        var words = Environment.IsPrivilegedProcess ? command : ["sudo", "-n", .. command];
        using var process = Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardError = true, UseShellExecute = false })!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new IOException($"{string.Join(' ', words)} ended with {process.ExitCode}: {said.Trim()}. Tests of full disks mount a tmpfs: run them as root or with sudo, in a container with --cap-add SYS_ADMIN");
    }
}
