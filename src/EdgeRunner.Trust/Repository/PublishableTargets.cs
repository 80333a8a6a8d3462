using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Repository;

/// <summary>Finds which staged targets roles can be published together now, so that every role still verifies for every delegator.</summary>
internal static class PublishableTargets
{
    /// <returns>Roles; none when nothing can.</returns>
    internal static IReadOnlyCollection<string> Find(RepositoryContent content)
    {
        var candidates = content.Staged.Where(s => s.Key is not RoleNames.Root && MetadataHeader.ClaimedVersion(s.Value) > content.VersionOf(s.Key))
            .ToDictionary(s => s.Key, s => TargetsMetadata.Read(s.Value), StringComparer.Ordinal);
        var chosen = candidates.Keys.ToHashSet(StringComparer.Ordinal);
        while (FirstMisfit(content, candidates, chosen) is { } misfit)
        {
            chosen.Remove(misfit);
        }
        // One that fell out only because it was judged together with another that fell out later fits now.
        foreach (var role in candidates.Keys.Where(r => !chosen.Contains(r)))
        {
            chosen.Add(role);
            if (FirstMisfit(content, candidates, chosen) is not null)
            {
                chosen.Remove(role);
            }
        }
        return chosen;
    }

    private static string? FirstMisfit(RepositoryContent content, Dictionary<string, TargetsMetadata> candidates, HashSet<string> chosen)
    {
        var effective = new Dictionary<string, TargetsMetadata>(content.Roles, StringComparer.Ordinal);
        foreach (var role in chosen)
        {
            effective[role] = candidates[role];
        }
        foreach (var role in chosen)
        {
            var authorities = RepositoryContent.AuthoritiesOf(role, content.Root, effective);
            if (authorities.Count == 0 || !authorities.All(a => a.IsMet(candidates[role].Envelope)))
            {
                return role;
            }
        }
        foreach (var role in chosen)
        {
            foreach (var child in candidates[role].Delegations?.Roles ?? [])
            {
                // A delegation to a role that is not there would end every search that comes past it.
                if (!effective.TryGetValue(child.Name, out var file) ||
                    !new RoleAuthority(role, child.Keys, candidates[role].Delegations!.Keys).IsMet(file.Envelope))
                {
                    return role;
                }
            }
        }
        return null;
    }
}
