using EdgeRunner.Native.Linux;
using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Metadata;
using Microsoft.Win32.SafeHandles;

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
    public string AddTarget(string? role, string targetPath, string file, JsonTree? custom, string? expectedSha256) =>
        AddTargets(role, [NewTarget.OfFile(targetPath, file) with { Custom = custom, ExpectedSha256 = expectedSha256 }]);

    /// <summary>As <see cref="AddTarget"/>, for targets that belong together: all are staged, or none.</summary>
    /// <param name="role">The role that is to list them; null for the one that may speak for the first path.</param>
    /// <param name="targets">At least one; a path that is listed already gets the new content.</param>
    /// <returns>The role that lists them.</returns>
    /// <exception cref="RepositoryException">No role may list all of the paths, or a file changed since it was checked.</exception>
    public string AddTargets(string? role, IReadOnlyList<NewTarget> targets)
    {
        ArgumentNullException.ThrowIfNull(targets);
        var lister = role;
        foreach (var target in targets)
        {
            CheckTargetPath(target.Path);
            lister = RoleFor(lister, target.Path);
        }
        RequireNotCountersigned(lister ?? throw new ArgumentException("There is no target", nameof(targets)));
        var files = targets.Select(target => (target.Path, Listed: Place(lister, target))).ToArray();
        EditTargets(lister, (signed, _) => files.Aggregate(signed, (tree, file) => tree.WithTarget(file.Path, file.Listed)));
        return lister;
    }

    /// <summary>Stages the removal of a target. Its file stays: devices with older metadata may be fetching it.</summary>
    /// <exception cref="RepositoryException">The role does not list it.</exception>
    public void RemoveTarget(string role, string targetPath) => RemoveTargets(role, [targetPath]);

    /// <summary>As <see cref="RemoveTarget"/>, for targets that belong together: the removal of all is staged, or of none.</summary>
    /// <exception cref="RepositoryException">The role does not list one of them.</exception>
    public void RemoveTargets(string role, IReadOnlyList<string> targetPaths)
    {
        ArgumentNullException.ThrowIfNull(targetPaths);
        RequireNotCountersigned(role);
        EditTargets(role, (signed, old) => targetPaths.Aggregate(signed, (tree, path) =>
        {
            Listed(old, role, path);
            return tree.WithTarget(path, file: null);
        }));
    }

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

    /// <summary>Puts the content where its digest names it.</summary>
    private TargetFile Place(string lister, NewTarget target)
    {
        var temporary = AtomicWriter.Temporary(Path.Combine(Layout.Targets, target.Path));
        var directory = Path.GetDirectoryName(temporary)!;
        _writer.MakeDirectory(directory, Layout.DirectoryPath);
        if (target.File is null)
        {
            var digests = FileDigests.Of(target.Content.Span);
            _writer.Write(Layout.TargetFile(target.Path, digests), target.Content.Span);
            return new TargetFile(target.Content.Length, digests, target.Custom);
        }
        try
        {
            using var source = OpenSource(lister, target.File);
            var (sha256, length) = _writer.Disk.Copy(source, temporary);
            var digests = FileDigests.OfSha256(sha256);
            if (target.ExpectedSha256 is not null && !string.Equals(digests.Preferred, target.ExpectedSha256, StringComparison.Ordinal))
            {
                throw new RepositoryException(RepositoryFailure.Refused, lister, target.File, $"the file changed while it was added: SHA-256 was {target.ExpectedSha256} and is now {digests.Preferred}", "Try again when nobody writes to it");
            }
            _writer.Disk.Rename(temporary, Layout.TargetFile(target.Path, digests));
            _writer.Disk.FlushDirectory(directory);
            return new TargetFile(length, digests, target.Custom);
        }
        catch (Exception e) when (e is IOException or RepositoryException)
        {
            _writer.DeleteQuietly(temporary);
            throw;
        }
    }

    /// <summary>With the rights of this process: a bundle that only root may read can be added. Not so in the repository, where a name may be a link by now, and everybody can read
    /// what is copied.</summary>
    private SafeFileHandle OpenSource(string lister, string file)
    {
        var source = File.OpenHandle(file, options: FileOptions.SequentialScan);
        if (_owner != default && Path.GetFullPath(file).StartsWith(Layout.DirectoryPath + Path.DirectorySeparatorChar, StringComparison.Ordinal) && FileIdentity.Read(source).UserId != _owner.UserId)
        {
            source.Dispose();
            throw new RepositoryException(RepositoryFailure.Refused, lister, file, "the file is in the repository, and is not the file of the repository's owner", "Add it from another directory");
        }
        return source;
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
