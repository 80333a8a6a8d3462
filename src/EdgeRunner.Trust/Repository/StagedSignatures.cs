using EdgeRunner.Trust.Keys;
using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Repository;

/// <summary>Adds signatures to a file that waits for them.</summary>
internal static class StagedSignatures
{
    internal static async Task<Envelope> AddAsync(Envelope envelope, IReadOnlyList<RoleAuthority> authorities, IEnumerable<ISigner> signers, CancellationToken cancellationToken)
    {
        foreach (var signer in signers)
        {
            var keyId = signer.PublicKey.KeyId;
            if (!authorities.Any(a => a.RoleKeys.KeyIds.Contains(keyId, StringComparer.Ordinal)) || HasGood(envelope, authorities, keyId))
            {
                continue;
            }
            var signature = await signer.SignAsync(envelope.Canonical, cancellationToken).ConfigureAwait(false);
            // A token or a command may answer with anything.
            if (!signer.PublicKey.Verify(envelope.Canonical.Span, signature))
            {
                throw new KeyException($"what came back for key {keyId[..8]} is not its signature of {envelope.Role}: {signature.Length} bytes that do not verify");
            }
            envelope = envelope.With(new MetadataSignature(keyId, Convert.ToHexStringLower(signature)));
        }
        return envelope;
    }

    /// <exception cref="RepositoryException">A signature is by a key that may not sign, or is not good.</exception>
    internal static Envelope Merge(Envelope staged, Envelope signed, IReadOnlyList<RoleAuthority> authorities)
    {
        foreach (var signature in signed.Signatures)
        {
            if (staged.Signatures.Contains(signature))
            {
                continue;
            }
            var one = Envelope.Build(staged.Role, staged.Signed, [signature]);
            if (!authorities.Any(a => SignatureVerifier.GoodSignatures(one, a.RoleKeys, a.Keys).Count == 1))
            {
                throw new RepositoryException(RepositoryFailure.NotWhatIsStaged, staged.Role, file: null,
                    $"the signature of key {signature.KeyId[..Math.Min(8, signature.KeyId.Length)]} is not good, or that key may not sign this role", "Sign again with a key that `edgefleet repo status` lists for it");
            }
            staged = staged.With(signature);
        }
        return staged;
    }

    internal static SignatureRequirement Require(Envelope envelope, RoleAuthority authority)
    {
        var good = SignatureVerifier.GoodSignatures(envelope, authority.RoleKeys, authority.Keys);
        return new SignatureRequirement(authority.Delegator, authority.RoleKeys.Threshold, good, [.. authority.RoleKeys.KeyIds.Except(good, StringComparer.Ordinal)]);
    }

    private static bool HasGood(Envelope envelope, IReadOnlyList<RoleAuthority> authorities, string keyId) =>
        authorities.Any(a => SignatureVerifier.GoodSignatures(envelope, a.RoleKeys, a.Keys).Contains(keyId, StringComparer.Ordinal));
}
