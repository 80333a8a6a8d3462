namespace EdgeRunner.Trust.Metadata;

/// <summary>Which keys may sign for a role, and how many of them must.</summary>
/// <param name="KeyIds">No id twice. An id without a key in the delegator is allowed and cannot sign.</param>
/// <param name="Threshold">1 or more; a number beyond the keys is allowed and cannot be met.</param>
public sealed record RoleKeys(IReadOnlyList<string> KeyIds, long Threshold)
{
    internal static RoleKeys Read(MetadataField field)
    {
        var keyIds = field.Member("keyids").Texts();
        if (keyIds.ToHashSet(StringComparer.Ordinal).Count != keyIds.Length)
        {
            throw field.Wrong("each key id once in keyids", "one of them twice");
        }
        return new RoleKeys(keyIds, field.Member("threshold").Integer(min: 1));
    }

    /// <summary>True when both name the same keys, in whatever order.</summary>
    internal bool HasSameKeys(RoleKeys other) => KeyIds.Count == other.KeyIds.Count && KeyIds.ToHashSet(StringComparer.Ordinal).SetEquals(other.KeyIds);
}
