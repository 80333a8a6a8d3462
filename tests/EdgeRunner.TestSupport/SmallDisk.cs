using System.Diagnostics;

namespace EdgeRunner.TestSupport;

/// <summary>A real file system that gets full: a tmpfs of the given size, mounted for the test. Needs the right to mount; a test marked
/// <c>SmallDiskFact</c> is reported as skipped where that is missing.</summary>
public sealed class SmallDisk : IDisposable
{
    private readonly TempDirectory _directory;

    private SmallDisk(TempDirectory directory) => _directory = directory;

    public string Path => _directory.Path;

    private static readonly Lazy<bool> IsAllowed = new(() =>
    {
        try
        {
            Mount(64 << 10).Dispose();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    });

    /// <summary>Whether this process may mount; tried out once.</summary>
    public static bool CanMount => IsAllowed.Value;

    public static SmallDisk Mount(int sizeBytes)
    {
        var directory = new TempDirectory();
        if (Run("mount", "-t", "tmpfs", "-o", $"size={sizeBytes},mode=0777", "tmpfs", directory.Path))
            return new SmallDisk(directory);
        directory.Dispose();
        throw new IOException($"a tmpfs of {sizeBytes} bytes cannot be mounted");
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

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
