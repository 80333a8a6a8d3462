using EdgeRunner.Trust.Keys;

namespace EdgeRunner.Trust.Metadata;

/// <summary>The signature rule: at least threshold distinct keys of the role have signed the canonical form.</summary>
/// <remarks>Signatures that are bad, empty, of an unknown key or of a key of another role are passed over: they do no harm, and a root that is being
/// rotated has some. Two ids of one key count once.</remarks>
public static class SignatureVerifier
{
    /// <summary>Counts the distinct keys of a role whose signature is good.</summary>
    /// <returns>The key ids that count.</returns>
    public static IReadOnlyList<string> GoodSignatures(Envelope envelope, RoleKeys role, IReadOnlyDictionary<string, PublicKey> keys) =>
        Count(envelope, role, keys, stopAt: long.MaxValue);

    /// <summary>Checks that the threshold is met.</summary>
    /// <param name="envelope">The file.</param>
    /// <param name="role">Who may sign it.</param>
    /// <param name="keys">The keys of the delegator.</param>
    /// <param name="delegator">Whose keys these are, for the message, e.g. <c>root v3</c>.</param>
    /// <exception cref="MetadataException"><see cref="TrustFailure.ThresholdNotMet"/>.</exception>
    public static void Require(Envelope envelope, RoleKeys role, IReadOnlyDictionary<string, PublicKey> keys, string delegator)
    {
        ArgumentNullException.ThrowIfNull(role);
        var good = Count(envelope, role, keys, role.Threshold);
        if (good.Count >= role.Threshold)
        {
            return;
        }
        var unusable = role.KeyIds.Where(id => keys.TryGetValue(id, out var key) && key.Problem is not null)
            .Select(id => $"; key {Short(id)} is unusable: {keys[id].Problem}").FirstOrDefault();
        throw new MetadataException(TrustFailure.ThresholdNotMet, envelope.Role, MetadataHeader.ClaimedVersion(envelope),
            $"good signatures of {role.Threshold} of the {role.KeyIds.Count} keys that {delegator} names",
            $"{good.Count} (signatures by {Signers(envelope)}{unusable})");
    }

    private static List<string> Count(Envelope envelope, RoleKeys role, IReadOnlyDictionary<string, PublicKey> keys, long stopAt)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        ArgumentNullException.ThrowIfNull(role);
        ArgumentNullException.ThrowIfNull(keys);
        var good = new List<string>();
        var identities = new HashSet<string>(StringComparer.Ordinal);
        var allowed = role.KeyIds.ToHashSet(StringComparer.Ordinal);
        foreach (var signature in envelope.Signatures)
        {
            if (good.Count >= stopAt)
            {
                break;
            }
            // The identity goes in only after the signature was found good: a bad signature must not use up a key.
            if (allowed.Contains(signature.KeyId) && keys.TryGetValue(signature.KeyId, out var key) && key.Identity is { } identity &&
                !identities.Contains(identity) && key.Verify(envelope.Canonical.Span, signature.Decode().Span))
            {
                identities.Add(identity);
                good.Add(signature.KeyId);
            }
        }
        return good;
    }

    private static string Signers(Envelope envelope) => envelope.Signatures.Count == 0
        ? "nobody"
        : string.Join(", ", envelope.Signatures.Take(5).Select(s => Short(s.KeyId))) + (envelope.Signatures.Count > 5 ? ", …" : "");

    private static string Short(string keyId) => keyId.Length <= 8 ? keyId : keyId[..8];
}
