using EdgeRunner.Trust.Json;
using EdgeRunner.Trust.Keys;
using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Repository;

/// <summary>Says in words what a file changes, for the person who is to sign it. Read from the bytes that are signed and from nothing else.</summary>
public static class RoleChange
{
    /// <summary>One line for each difference; the first says version and expiry.</summary>
    /// <param name="old">What is published; null when the role is new.</param>
    /// <param name="next">What is to be signed.</param>
    /// <exception cref="MetadataException">One of them is damaged.</exception>
    public static IReadOnlyList<string> Describe(Envelope? old, Envelope next)
    {
        ArgumentNullException.ThrowIfNull(next);
        var lines = new List<string>();
        if (next.Role is RoleNames.Root)
        {
            DescribeRoot(old is null ? null : RootMetadata.Read(old), RootMetadata.Read(next), lines);
        }
        else
        {
            DescribeTargets(old is null ? null : TargetsMetadata.Read(old), TargetsMetadata.Read(next), lines);
        }
        if (old is not null && lines.Count == 1)
        {
            lines.Add(old.Canonical.Span.SequenceEqual(next.Canonical.Span) ? "the content that is published already, for new keys to sign" : "nothing else changes");
        }
        return [.. lines.Select(Clean)];
    }

    private static void DescribeRoot(RootMetadata? old, RootMetadata next, List<string> lines)
    {
        lines.Add(Title(next.Envelope.Role, old?.Header, next.Header));
        foreach (var (role, keys) in next.Roles)
        {
            DescribeKeys(role, old?.Roles.GetValueOrDefault(role), keys, next.Keys, lines);
        }
        if (old is not null && old.ConsistentSnapshot != next.ConsistentSnapshot)
        {
            lines.Add($"consistent snapshots: {old.ConsistentSnapshot} -> {next.ConsistentSnapshot}");
        }
    }

    private static void DescribeTargets(TargetsMetadata? old, TargetsMetadata next, List<string> lines)
    {
        lines.Add(Title(next.Envelope.Role, old?.Header, next.Header));
        foreach (var (path, file) in next.Targets.OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            var before = old?.Targets.GetValueOrDefault(path);
            if (before is null)
            {
                lines.Add($"+ {path}: {Describe(file)}");
            }
            else if (!string.Equals(Describe(before), Describe(file), StringComparison.Ordinal))
            {
                lines.Add($"! {path}: {string.Join("; ", Differences(before, file))}");
            }
        }
        foreach (var path in old?.Targets.Keys.Where(p => !next.Targets.ContainsKey(p)).Order(StringComparer.Ordinal) ?? Enumerable.Empty<string>())
        {
            lines.Add($"- {path}: devices cannot get it any more");
        }
        DescribeRemoved(old, next, lines);
        foreach (var role in next.Delegations?.Roles ?? [])
        {
            var before = old?.Delegations?.Roles.FirstOrDefault(r => string.Equals(r.Name, role.Name, StringComparison.Ordinal));
            if (before is null || !string.Equals(Scope(before), Scope(role), StringComparison.Ordinal))
            {
                lines.Add($"{(before is null ? "+" : "!")} {role.Name} may speak for {Scope(role)}");
            }
            DescribeKeys(role.Name, before?.Keys, role.Keys, next.Delegations!.Keys, lines);
        }
        foreach (var role in old?.Delegations?.Roles ?? [])
        {
            if (!(next.Delegations?.Roles.Any(r => string.Equals(r.Name, role.Name, StringComparison.Ordinal)) ?? false))
            {
                lines.Add($"- {role.Name} may speak for nothing any more");
            }
        }
    }

    /// <summary>What is remembered besides what goes with this very change, and what is forgotten.</summary>
    private static void DescribeRemoved(TargetsMetadata? old, TargetsMetadata next, List<string> lines)
    {
        var before = (old is null ? null : RemovedTargets.Read(old.Envelope)) ?? [];
        var after = RemovedTargets.Read(next.Envelope) ?? [];
        foreach (var (path, removed) in after.Where(r => before.GetValueOrDefault(r.Key) != r.Value && !(old?.Targets.ContainsKey(r.Key) ?? false)).OrderBy(r => r.Key, StringComparer.Ordinal))
        {
            lines.Add($"remembers {path}, which was removed before: release {removed.Release}, sha256 {removed.Sha256}");
        }
        lines.AddRange(before.Keys.Where(p => !after.ContainsKey(p)).Order(StringComparer.Ordinal).Select(p => $"! forgets {p}, which was removed before: its name and its release number can be given to something else"));
    }

    private static void DescribeKeys(string role, RoleKeys? old, RoleKeys next, IReadOnlyDictionary<string, PublicKey> table, List<string> lines)
    {
        foreach (var id in next.KeyIds.Except(old?.KeyIds ?? [], StringComparer.Ordinal))
        {
            lines.Add($"+ key {id[..Math.Min(8, id.Length)]} ({(table.TryGetValue(id, out var key) ? key.Scheme : "missing")}) may sign {role}");
        }
        foreach (var id in old?.KeyIds.Except(next.KeyIds, StringComparer.Ordinal) ?? [])
        {
            lines.Add($"- key {id[..Math.Min(8, id.Length)]} may not sign {role} any more");
        }
        if (old is null || old.Threshold != next.Threshold || old.KeyIds.Count != next.KeyIds.Count)
        {
            lines.Add($"! {role} needs {(old is null ? "" : $"{old.Threshold} of {old.KeyIds.Count} -> ")}{next.Threshold} of {next.KeyIds.Count} keys");
        }
    }

    private static string Title(string role, MetadataHeader? old, MetadataHeader next) =>
        $"{role} version {(old is null ? "" : $"{old.Version} -> ")}{next.Version}, expires {MetadataWriter.Date(next.Expires)}";

    private static string Scope(DelegatedRole role) => $"{string.Join(" ", role.Paths ?? role.PathHashPrefixes ?? [])}{(role.Terminating ? ", and nobody after it" : "")}";

    private static string Describe(TargetFile file) => $"{Content(file)}{(file.Custom is null ? "" : $", {file.Custom}")}";

    private static string Content(TargetFile file) => $"{file.Length} bytes, {string.Join(", ", file.Digests.All.Select(d => $"{d.Key} {d.Value}"))}";

    /// <summary>All that differs and nothing else: what a person is to see must not stand between pages of what stays.</summary>
    private static IEnumerable<string> Differences(TargetFile before, TargetFile file)
    {
        if (!string.Equals(Content(before), Content(file), StringComparison.Ordinal))
        {
            yield return $"{Content(before)} -> {Content(file)}";
        }
        if (before.Custom is not { Kind: JsonKind.Object } old || file.Custom is not { Kind: JsonKind.Object } next)
        {
            if (!string.Equals(before.Custom?.ToString(), file.Custom?.ToString(), StringComparison.Ordinal))
            {
                yield return $"custom {before.Custom?.ToString() ?? "nothing"} -> {file.Custom?.ToString() ?? "nothing"}";
            }
            yield break;
        }
        foreach (var name in old.Members.Keys.Union(next.Members.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var (was, becomes) = (old.Find(name)?.ToString() ?? "nothing", next.Find(name)?.ToString() ?? "nothing");
            if (!string.Equals(was, becomes, StringComparison.Ordinal))
            {
                yield return $"{name} {was} -> {becomes}";
            }
        }
    }

    // Names come from a file that may have been changed on its way: none may end a line or move the cursor.
    private static string Clean(string line) => string.Concat(line.Select(c => char.IsControl(c) ? '?' : c));
}
