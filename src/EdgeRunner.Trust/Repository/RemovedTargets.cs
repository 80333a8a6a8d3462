using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Repository;

/// <summary>What was published and removed: so that a path gets no second content, and a release number no second owner.</summary>
/// <remarks>
/// Only for <i>numbered</i> targets: those with a whole number <c>release</c> under <c>custom</c>, and a SHA-256. They stand in the <c>signed</c> part of the role that
/// listed them, as <c>"x-removed": {PATH: {"release": N, "sha256": HEX}}</c>, with <c>min_release</c> where there was one. Clients pass over fields that they do not know, and the
/// keys of the role sign it. A role that was written before there was this field has none. What it removed stands then in the older versions of its file, which stay in <c>metadata/</c>
/// until the field is written: with the next change of the role.
/// </remarks>
public static class RemovedTargets
{
    private const string Member = "x-removed";
    private const string Release = "release";
    private const string Sha256 = "sha256";
    private const string MinRelease = "min_release";

    /// <summary>What all roles have removed, those that were retired included. Of a path that two roles have listed, the higher number.</summary>
    /// <exception cref="MetadataException">A role's field is damaged.</exception>
    public static IReadOnlyDictionary<string, RemovedTarget> All(RepositoryContent content)
    {
        ArgumentNullException.ThrowIfNull(content);
        var all = new Dictionary<string, RemovedTarget>(StringComparer.Ordinal);
        foreach (var role in content.Roles.Keys.Concat(content.Staged.Keys).Where(r => !RoleNames.IsTopLevel(r) || r is RoleNames.Targets).Distinct(StringComparer.Ordinal))
        {
            if (content.Roles.GetValueOrDefault(role) is { } published)
            {
                Merge(all, Of(content.Layout, published));
            }
            if (content.Staged.TryGetValue(role, out var staged))
            {
                Merge(all, Read(staged) ?? []);
            }
        }
        foreach (var role in content.Retired.Keys)
        {
            Merge(all, OfRetired(content, role));
        }
        return all;
    }

    /// <summary>All that a role had when it was retired.</summary>
    internal static Dictionary<string, RemovedTarget> OfRetired(RepositoryContent content, string role)
    {
        var all = new Dictionary<string, RemovedTarget>(StringComparer.Ordinal);
        if (content.ReadRetired(role) is { } last)
        {
            Merge(all, Of(content.Layout, last));
            Merge(all, Numbered(last.Targets));
        }
        return all;
    }

    /// <summary>The <c>signed</c> part with what was removed before, when that is written nowhere else yet, and with what goes now.</summary>
    /// <param name="layout">Where older versions are.</param>
    /// <param name="published">The published version of the role; null when there is none.</param>
    /// <param name="signed">Of the next version.</param>
    internal static JsonTree Remember(RepositoryLayout layout, TargetsMetadata? published, JsonTree signed)
    {
        if (published is null)
        {
            return signed;
        }
        var numbered = Numbered(published.Targets);
        var removed = Read(signed, published.Envelope.Role);
        if (removed is null)
        {
            var older = Older(layout, published);
            // Also when there is nothing to write: then nobody looks through the older versions again, and they can be pruned.
            removed = older.Count > 0 || numbered.Count > 0 ? older : null;
        }
        foreach (var (path, target) in numbered.Where(t => signed.Find("targets")?.Find(t.Key) is null))
        {
            (removed ??= [])[path] = target;
        }
        return removed is null ? signed : With(signed, removed);
    }

    /// <summary>The <c>signed</c> part with this field.</summary>
    internal static JsonTree With(JsonTree signed, IReadOnlyDictionary<string, RemovedTarget> removed) => signed.With(Member, JsonTree.Of(removed.ToDictionary(r => r.Key,
        r => Entry(r.Value), StringComparer.Ordinal)));

    /// <summary>What a file says; null when it has no such field.</summary>
    /// <exception cref="MetadataException">It is damaged.</exception>
    internal static Dictionary<string, RemovedTarget>? Read(Envelope envelope) => Read(envelope.Signed, envelope.Role);

    /// <summary>Whether an older version of a role is the only one that knows of a target: nothing that is published tells of it.</summary>
    internal static bool IsMemory(TargetsMetadata published, TargetsMetadata older) =>
        Read(published.Envelope) is null && Numbered(older.Targets).Keys.Any(path => !published.Targets.ContainsKey(path));

    private static Dictionary<string, RemovedTarget>? Read(JsonTree signed, string role) => new MetadataField(role, "signed", signed).Optional(Member)?.Fields()
        .ToDictionary(f => f.Name, f => new RemovedTarget(f.Field.Member(Release).Integer(min: 0), f.Field.Member(Sha256).Text(), f.Field.Optional(MinRelease)?.Integer(min: 0)), StringComparer.Ordinal);

    private static JsonTree Entry(RemovedTarget removed)
    {
        var entry = JsonTree.Of(new Dictionary<string, JsonTree>(StringComparer.Ordinal) { [Release] = JsonTree.Of(removed.Release), [Sha256] = JsonTree.Of(removed.Sha256) });
        return removed.MinRelease is { } min ? entry.With(MinRelease, JsonTree.Of(min)) : entry;
    }

    private static Dictionary<string, RemovedTarget> Of(RepositoryLayout layout, TargetsMetadata published) => Read(published.Envelope) ?? Older(layout, published);

    /// <summary>Numbered targets of older versions that the published one does not list.</summary>
    private static Dictionary<string, RemovedTarget> Older(RepositoryLayout layout, TargetsMetadata published)
    {
        var found = new Dictionary<string, RemovedTarget>(StringComparer.Ordinal);
        var role = published.Envelope.Role;
        foreach (var file in PublishedFile.ReadMetadata(layout).Where(f => string.Equals(f.Role, role, StringComparison.Ordinal) && f.Version < published.Header.Version))
        {
            if (PublishedFile.TryRead(layout, role, file.Version, TargetsMetadata.Read) is { } older)
            {
                Merge(found, Numbered(older.Targets).Where(t => !published.Targets.ContainsKey(t.Key)));
            }
        }
        return found;
    }

    private static Dictionary<string, RemovedTarget> Numbered(IReadOnlyDictionary<string, TargetFile> targets)
    {
        var numbered = new Dictionary<string, RemovedTarget>(StringComparer.Ordinal);
        foreach (var (path, file) in targets)
        {
            if (file.Custom?.Find(Release) is { Kind: JsonKind.Integer } number && file.Digests.All.TryGetValue(Sha256, out var sha256))
            {
                numbered.Add(path, new RemovedTarget(number.Integer, sha256, file.Custom.Find(MinRelease) is { Kind: JsonKind.Integer } min ? min.Integer : null));
            }
        }
        return numbered;
    }

    private static void Merge(Dictionary<string, RemovedTarget> all, IEnumerable<KeyValuePair<string, RemovedTarget>> more)
    {
        foreach (var (path, removed) in more)
        {
            if (!all.TryGetValue(path, out var known) || removed.Release > known.Release)
            {
                all[path] = removed;
            }
        }
    }
}
