using EdgeRunner.Native.Linux;

namespace EdgeRunner.Device.ModelStore;

internal sealed partial class BundleStore
{
    private const string PreviousFile = "previous";

    /// <summary>How many versions <c>previous</c> remembers: as many as <c>updates.keepVersions</c> can keep.</summary>
    private const int RememberedVersions = 16;

    /// <summary>The version that is in use; null when there is none, or its bundle is gone.</summary>
    public string? InUse(string name) => IsFileName(name) && ActiveVersion(name) is { } version && File.Exists(BundlePath(name, version)) ? version : null;

    /// <summary>The version to return to: the last one before the present that is still installed; null when there is none.</summary>
    public string? PreviousVersion(string name) => PreviousVersions(name) is { Count: > 0 } versions ? versions[0] : null;

    /// <summary>The versions that were in use before the present one and are still installed, the last one first.</summary>
    public IReadOnlyList<string> PreviousVersions(string name)
    {
        if (!IsFileName(name)) return [];
        var active = ActiveVersion(name);
        return [.. ReadPrevious(name).Where(version => !string.Equals(version, active, StringComparison.Ordinal) && File.Exists(BundlePath(name, version)))];
    }

    /// <summary>Makes an installed version the one in use again, because the present one is no good: unlike after <see cref="Activate"/>, that one is not the
    /// version to return to.</summary>
    /// <exception cref="ModelNotInstalledException">That version is not there.</exception>
    public void Return(string name, string version)
    {
        lock (_change)
        {
            RequireInstalled(name, version);
            WriteFile(name, ActiveFile, version + "\n");
            EndWithholding(name);
        }
    }

    /// <summary>Deletes an installed version, unless it is the one in use or the one to return to.</summary>
    /// <returns>Null when it is gone, or was not there; else why it stays.</returns>
    /// <exception cref="IOException">It cannot be deleted.</exception>
    public string? Remove(string name, string version)
    {
        ForgetSetAside(name, version);
        if (FindBundle(name, version) is not { } path) return null;
        if (string.Equals(ActiveVersion(name), version, StringComparison.Ordinal)) return $"{name} {version} is in use";
        if (string.Equals(PreviousVersion(name), version, StringComparison.Ordinal)) return $"{name} {version} is the version to return to";
        File.Delete(path);
        DirectorySync.Flush(Path.Combine(Root, name));
        return null;
    }

    /// <summary>Before another version becomes the one in use: the present one is remembered. A power cut between the two leaves the present version at the
    /// head of the list, where <see cref="PreviousVersions"/> skips it: what comes after it is as true as before.</summary>
    private void Remember(string name, string next)
    {
        if (InUse(name) is not { } present || string.Equals(present, next, StringComparison.Ordinal)) return;
        var versions = ReadPrevious(name).Prepend(present).Where(version => !string.Equals(version, next, StringComparison.Ordinal)).Distinct(StringComparer.Ordinal);
        WriteFile(name, PreviousFile, string.Concat(versions.Take(RememberedVersions).Select(version => version + "\n")));
    }

    private List<string> ReadPrevious(string name)
    {
        try
        {
            return [.. File.ReadLines(Path.Combine(Root, name, PreviousFile)).Take(RememberedVersions).Select(line => line.Trim()).Where(IsFileName)];
        }
        // Only a memory: without it there is one version less to return to, and it comes back with the next activation.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
