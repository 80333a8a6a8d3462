using System.Security.Cryptography;
using EdgeRunner.Native.Linux;

namespace EdgeRunner.Device.ModelStore;

internal sealed partial class BundleStore
{
    private const string DamagedExtension = ".damaged";

    private readonly Lock _change = new();

    /// <summary>Versions that were set aside because their file is not what was installed, and that nobody has brought back yet.</summary>
    public IReadOnlyList<string> SetAside(string name)
    {
        var directory = Path.Combine(Root, name);
        if (!IsFileName(name) || !Directory.Exists(directory)) return [];
        // One that is back counts no more, also when the process that brought it ended before it had deleted what was kept.
        return [.. SetAsideIn(directory).Where(version => !File.Exists(BundlePath(name, version)))];
    }

    /// <summary>Deletes what was kept of damaged versions that are back: of a process that ended before it could.</summary>
    /// <exception cref="IOException">It cannot be deleted.</exception>
    public void ForgetReturned(string name)
    {
        var directory = Path.Combine(Root, name);
        if (!IsFileName(name) || !Directory.Exists(directory)) return;
        lock (_change)
        {
            foreach (var version in SetAsideIn(directory).Where(version => File.Exists(BundlePath(name, version)))) ForgetSetAside(name, version);
        }
    }

    /// <summary>Where a version lies that was set aside.</summary>
    public string SetAsidePath(string name, string version) => BundlePath(name, version) + DamagedExtension;

    /// <summary>Digest of the file of an installed version as it lies there, valid or not; null when there is none.</summary>
    /// <exception cref="IOException">It cannot be read now.</exception>
    public string? FileDigestOf(string name, string version)
    {
        if (FindBundle(name, version) is not { } path) return null;
        // Not as a bundle: that would take its size in memory beside the pipelines.
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>True when a version was in use and cannot be told or found any more: the file <c>active</c> is damaged, or what it names is gone and was not set aside.</summary>
    public bool HasLostActive(string name) =>
        IsFileName(name) && InUse(name) is null && File.Exists(Path.Combine(Root, name, ActiveFile)) && !(ActiveVersion(name) is { } version && File.Exists(SetAsidePath(name, version)));

    /// <summary>Gives a damaged bundle another name, so that the version counts as not installed. Its bytes stay until a good copy is there: most of them are good, and need
    /// not be fetched again.</summary>
    /// <exception cref="IOException">It could not be renamed.</exception>
    public void SetAside(string name, string version)
    {
        lock (_change)
        {
            if (FindBundle(name, version) is not { } path) return; // Another pipeline was first.
            File.Move(path, SetAsidePath(name, version), overwrite: true);
            DirectorySync.Flush(Path.Combine(Root, name));
        }
    }

    /// <summary>Makes the first of some versions that is still installed the one in use, unless one is meanwhile.</summary>
    /// <returns>The version in use now; null when none is.</returns>
    public string? FallBack(string name, IEnumerable<string> versions)
    {
        lock (_change)
        {
            if (InUse(name) is { } active) return active;
            if (versions.FirstOrDefault(version => FindBundle(name, version) is not null) is not { } version) return null;
            WriteFile(name, ActiveFile, version + "\n");
            return version;
        }
    }

    private static IEnumerable<string> SetAsideIn(string directory) => Directory.GetFiles(directory, "*" + Extension + DamagedExtension).Order(StringComparer.Ordinal)
        .Select(file => Path.GetFileName(file)[..^(Extension.Length + DamagedExtension.Length)]);

    // A good copy is there: what was kept of the damaged one has done its service.
    private void ForgetSetAside(string name, string version)
    {
        if (SetAsidePath(name, version) is var path && File.Exists(path)) File.Delete(path);
    }

    private ModelNotInstalledException Absent(string name, string version) => File.Exists(SetAsidePath(name, version))
        ? new ModelNotInstalledException(
            $"{name} {version} is damaged and was set aside ({SetAsidePath(name, version)}), and no other version may take its place. Updates fetch it again (how far they are: edgerunner update status); by hand: edgerunner model install FILE.ermodel")
        : new ModelNotInstalledException($"{name} {version}", Root);
}
