using System.Globalization;
using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Repository;

/// <summary>Where things lie in a repository directory.</summary>
/// <remarks>
/// <c>metadata/</c> (<c>N.ROLE.json</c> and <c>timestamp.json</c>) and <c>targets/</c> (<c>models/NAME/SHA256.VERSION.ermodel</c>) are what devices
/// may read: a depot or web server serves these two and nothing else. <c>staged/</c> holds changes that wait for signatures,
/// <c>repository.json</c> the settings, <c>.lock</c> is held while somebody changes something. Private keys are never in here.
/// </remarks>
public sealed class RepositoryLayout
{
    internal const string TemporarySuffix = ".tmp";

    /// <summary>Nothing is read or made.</summary>
    public RepositoryLayout(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        DirectoryPath = Path.GetFullPath(directory);
    }

    /// <summary>The repository, as a full path.</summary>
    public string DirectoryPath { get; }

    /// <summary>Published metadata.</summary>
    public string Metadata => Path.Combine(DirectoryPath, "metadata");

    /// <summary>Published targets.</summary>
    public string Targets => Path.Combine(DirectoryPath, "targets");

    /// <summary>What waits for signatures.</summary>
    public string Staged => Path.Combine(DirectoryPath, "staged");

    /// <summary>Lifetimes and the place of the online keys.</summary>
    public string SettingsFile => Path.Combine(DirectoryPath, "repository.json");

    internal string LockFile => Path.Combine(DirectoryPath, ".lock");

    internal string LockOwnerFile => Path.Combine(DirectoryPath, ".lock-owner");

    /// <summary>What a repository has in its directory; anything else there is somebody's own.</summary>
    internal IReadOnlyList<string> OwnNames => [.. ((string[])[Metadata, Targets, Staged, Path.Combine(DirectoryPath, "devices"), SettingsFile, AtomicWriter.Temporary(SettingsFile), LockFile, LockOwnerFile]).Select(p => Path.GetFileName(p))];

    /// <summary>The file of a published role. Only the timestamp has no version in its name.</summary>
    public string RoleFile(string role, long version) =>
        Path.Combine(Metadata, role is RoleNames.Timestamp ? RoleNames.FileName(role) : RoleNames.FileName(role, version));

    /// <summary>The file of a staged role.</summary>
    public string StagedFile(string role) => Path.Combine(Staged, RoleNames.FileName(role));

    /// <summary>The file of a target; its name has the digest.</summary>
    public string TargetFile(string targetPath, FileDigests digests)
    {
        ArgumentNullException.ThrowIfNull(targetPath);
        ArgumentNullException.ThrowIfNull(digests);
        var slash = targetPath.LastIndexOf('/') + 1;
        return Path.Combine(Targets, targetPath[..slash], $"{digests.Preferred}.{targetPath[slash..]}");
    }

    /// <summary>The highest version of root that is there; 0 when there is none.</summary>
    internal long NewestRoot()
    {
        const string Suffix = ".root.json";
        return !Directory.Exists(Metadata) ? 0 : Directory.EnumerateFiles(Metadata, "*" + Suffix).Select(f => Path.GetFileName(f))
            .Select(n => long.TryParse(n.AsSpan(0, n.Length - Suffix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0)
            .DefaultIfEmpty().Max();
    }
}
