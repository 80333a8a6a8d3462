using EdgeRunner.Trust.Keys;

namespace EdgeRunner.Trust.Metadata;

/// <summary>Reads the <c>keys</c> of root or of a delegation.</summary>
internal static class KeyTable
{
    /// <exception cref="MetadataException">A key is filed under an id that is not its digest.</exception>
    internal static Dictionary<string, PublicKey> Read(MetadataField field)
    {
        var keys = new Dictionary<string, PublicKey>(StringComparer.Ordinal);
        foreach (var (keyId, key) in field.Fields())
        {
            var right = PublicKey.IdOf(key.Tree);
            if (!string.Equals(right, keyId, StringComparison.Ordinal))
            {
                throw new MetadataException(TrustFailure.KeyIdMismatch, field.Role, version: null, $"key id {right} for that key", keyId);
            }
            keys.Add(keyId, PublicKey.Read(keyId, key.Tree, key.Member("keytype").Text(), key.Member("scheme").Text(),
                key.Member("keyval").Member("public").Text()));
        }
        return keys;
    }
}
