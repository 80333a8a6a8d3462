using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Repository;

/// <content>Targets.</content>
public sealed partial class TufRepository
{
    /// <summary>Copies a file into the repository, where it waits under the name that has its digest, and stages it as a target.</summary>
    /// <param name="role">The role that is to list it; null for the one that may speak for the path.</param>
    /// <param name="targetPath">E.g. <c>models/vision-people/1.2.0.ermodel</c>.</param>
    /// <param name="file">The file; it must not change meanwhile.</param>
    /// <param name="custom">What the application has to say of it.</param>
    /// <param name="expectedSha256">What the file was found to be when it was checked; lowercase hex.</param>
    /// <returns>The role that lists it.</returns>
    /// <exception cref="RepositoryException">No role may list that path, or the file changed since it was checked.</exception>
    public string AddTarget(string? role, string targetPath, string file, JsonTree? custom, string? expectedSha256)
    {
        CheckTargetPath(targetPath);
        var lister = RoleFor(role, targetPath);
        RequireNotCountersigned(lister);
        var temporary = AtomicWriter.Temporary(Path.Combine(Layout.Targets, targetPath));
        _writer.MakeDirectory(Path.GetDirectoryName(temporary)!, Layout.DirectoryPath);
        FileDigests digests;
        long length;
        try
        {
            (var sha256, length) = _writer.Disk.Copy(file, temporary);
            digests = FileDigests.OfSha256(sha256);
            if (expectedSha256 is not null && !string.Equals(digests.Preferred, expectedSha256, StringComparison.Ordinal))
            {
                throw new RepositoryException(RepositoryFailure.Refused, lister, file, $"the file changed while it was added: SHA-256 was {expectedSha256} and is now {digests.Preferred}", "Try again when nobody writes to it");
            }
            _writer.Disk.Rename(temporary, Layout.TargetFile(targetPath, digests));
        }
        catch (Exception e) when (e is IOException or RepositoryException)
        {
            _writer.DeleteQuietly(temporary);
            throw;
        }
        _writer.Disk.FlushDirectory(Path.GetDirectoryName(temporary)!);
        EditTargets(lister, (signed, _) => signed.WithTarget(targetPath, new TargetFile(length, digests, custom)));
        return lister;
    }

    /// <summary>Stages the removal of a target. Its file stays: devices with older metadata may be fetching it.</summary>
    /// <exception cref="RepositoryException">The role does not list it.</exception>
    public void RemoveTarget(string role, string targetPath) => ChangeTarget(role, targetPath, _ => null);

    /// <summary>Stages another <c>custom</c> part of a target.</summary>
    /// <exception cref="RepositoryException">The role does not list it.</exception>
    public void SetCustom(string role, IReadOnlyDictionary<string, JsonTree> customOfPath)
    {
        ArgumentNullException.ThrowIfNull(customOfPath);
        RequireNotCountersigned(role);
        EditTargets(role, (signed, old) => customOfPath.Aggregate(signed, (tree, entry) => tree.WithTarget(entry.Key, Listed(old, role, entry.Key) with { Custom = entry.Value })));
    }

    /// <summary>The role that may speak for a path: the first that covers it, as clients look for it.</summary>
    /// <exception cref="RepositoryException">None covers it, or another one comes first.</exception>
    public string RoleFor(string? wanted, string targetPath)
    {
        if (wanted is RoleNames.Targets)
        {
            return wanted;
        }
        var delegations = Content.NewestTargets(RoleNames.Targets)?.Delegations?.Roles ?? [];
        var first = delegations.FirstOrDefault(r => r.Covers(targetPath));
        if (wanted is not null && !delegations.Any(r => string.Equals(r.Name, wanted, StringComparison.Ordinal)))
        {
            throw NoSuchRole(wanted);
        }
        if (first is null)
        {
            throw new RepositoryException(RepositoryFailure.Refused, wanted, file: null, $"no delegation covers {targetPath}",
                $"Add one with `edgefleet repo add-delegation`, or take a name that is covered: {string.Join("; ", delegations.Select(r => $"{r.Name} has {string.Join(" ", r.Paths ?? [])}"))}");
        }
        return wanted is null || string.Equals(first.Name, wanted, StringComparison.Ordinal) ? first.Name : throw new RepositoryException(RepositoryFailure.Refused, wanted, file: null,
            $"{targetPath} belongs to {first.Name}, which is asked before it", $"Sign it as {first.Name}, or take a name that only {wanted} covers");
    }

    private void ChangeTarget(string role, string targetPath, Func<TargetFile, TargetFile?> change)
    {
        RequireNotCountersigned(role);
        EditTargets(role, (signed, old) => signed.WithTarget(targetPath, change(Listed(old, role, targetPath))));
    }

    private void RequireNotCountersigned(string role)
    {
        if (!RoleNames.IsTopLevel(role) || !Content.Staged.TryGetValue(role, out var staged) || !IsCountersigned(role, staged))
        {
            return;
        }
        EditTargets(role, (signed, _) => signed); // throws with the reason
    }

    private static TargetFile Listed(TargetsMetadata role, string name, string targetPath) => role.Targets.GetValueOrDefault(targetPath)
        ?? throw new RepositoryException(RepositoryFailure.NotFound, name, file: null, $"it does not list {targetPath}", "See `edgefleet model list`");

    private static void CheckTargetPath(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.Length is 0 or > 512 || path.Split('/').Any(s => s is "" or "." or ".." || s.Length > 180) || path.Any(c => char.IsControl(c) || c == '\\'))
        {
            throw new RepositoryException(RepositoryFailure.Refused, role: null, file: null, $"\"{path}\" cannot be the path of a target", "Take one like models/NAME/VERSION.ermodel: segments of 1 to 180 characters, no control characters, no . or ..");
        }
    }
}
