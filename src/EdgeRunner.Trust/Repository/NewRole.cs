using EdgeRunner.Trust.Keys;

namespace EdgeRunner.Trust.Repository;

/// <summary>The keys of a role to be.</summary>
/// <param name="Keys">Public keys, each once.</param>
/// <param name="Threshold">How many of them must sign, 1 to their number.</param>
public sealed record NewRole(IReadOnlyList<PublicKey> Keys, int Threshold)
{
    internal Metadata.RoleKeys RoleKeys => new([.. Keys.Select(k => k.KeyId)], Threshold);

    /// <exception cref="RepositoryException">The threshold cannot be met, or a key is there twice.</exception>
    internal void Check(string role)
    {
        var distinct = Keys.Select(k => k.Identity ?? k.KeyId).Distinct(StringComparer.Ordinal).Count();
        if (distinct != Keys.Count)
        {
            throw new RepositoryException(RepositoryFailure.Refused, role, file: null, $"one key is given twice among the {Keys.Count}", "Give each key once: it counts once");
        }
        if (Threshold < 1 || Threshold > Keys.Count)
        {
            throw new RepositoryException(RepositoryFailure.Refused, role, file: null, $"a threshold of {Threshold} cannot be met by {Keys.Count} keys", Keys.Count == 0 ? "Give at least one key" : $"Give {(Threshold > 1 ? $"at least {Threshold} keys, or " : "")}{(Keys.Count == 1 ? "a threshold of 1" : $"a threshold from 1 to {Keys.Count}")}");
        }
        if (Keys.FirstOrDefault(k => k.Problem is not null) is { } unusable)
        {
            throw new RepositoryException(RepositoryFailure.Refused, role, file: null, $"key {unusable.KeyId[..8]} is unusable: {unusable.Problem}", "Give another key");
        }
    }
}
