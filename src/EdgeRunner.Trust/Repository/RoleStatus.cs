namespace EdgeRunner.Trust.Repository;

/// <summary>One published role.</summary>
/// <param name="Role">Its name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Expires">When it expires.</param>
/// <param name="Threshold">How many keys must sign.</param>
/// <param name="Keys">Its keys.</param>
/// <param name="Online">Signed without a person.</param>
/// <param name="Targets">How many targets it lists; 0 for the roles that list none.</param>
public sealed record RoleStatus(string Role, long Version, DateTimeOffset Expires, long Threshold, IReadOnlyList<KeyStatus> Keys, bool Online, int Targets)
{
    /// <summary>Describes every published role: root, timestamp, snapshot, targets, then the delegated ones.</summary>
    public static IReadOnlyList<RoleStatus> Of(RepositoryContent content)
    {
        ArgumentNullException.ThrowIfNull(content);
        var all = new List<RoleStatus>();
        if (content.Root is not { } root)
        {
            return all;
        }
        foreach (var role in (string[])[Metadata.RoleNames.Root, Metadata.RoleNames.Timestamp, Metadata.RoleNames.Snapshot, .. content.Roles.Keys])
        {
            var header = role switch
            {
                Metadata.RoleNames.Root => root.Header,
                Metadata.RoleNames.Timestamp => content.Timestamp!.Header,
                Metadata.RoleNames.Snapshot => content.Snapshot!.Header,
                _ => content.Roles[role].Header,
            };
            var authority = RepositoryContent.AuthoritiesOf(role, root, content.Roles) is [var first, ..] ? first : null;
            var online = role is Metadata.RoleNames.Timestamp or Metadata.RoleNames.Snapshot || content.Settings.OnlineRoles.Contains(role, StringComparer.Ordinal);
            all.Add(new RoleStatus(role, header.Version, header.Expires, authority?.RoleKeys.Threshold ?? 0,
                [.. (authority?.RoleKeys.KeyIds ?? []).Select(id => new KeyStatus(id, authority!.Keys.GetValueOrDefault(id)?.Scheme ?? "missing"))],
                online, content.Roles.GetValueOrDefault(role)?.Targets.Count ?? 0));
        }
        return [.. all.OrderBy(r => r.Role switch { Metadata.RoleNames.Root => 0, Metadata.RoleNames.Timestamp => 1, Metadata.RoleNames.Snapshot => 2, Metadata.RoleNames.Targets => 3, _ => 4 })
            .ThenBy(r => r.Role, StringComparer.Ordinal)];
    }
}
