using EdgeRunner.Fleet.Repository;
using EdgeRunner.Trust.Keys;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Encryption;

/// <summary>Which versions are encrypted for groups whose devices changed.</summary>
internal static class RekeyAdvice
{
    /// <returns>One command for each version; none when the keys of models are not on this machine.</returns>
    internal static IReadOnlyList<string> For(RepositoryContent content, ModelKeyStore store, IReadOnlyCollection<string> groups)
    {
        var commands = new List<string>();
        foreach (var model in ModelCatalog.Read(content).Where(m => m is { Encrypted: true, State: not "removal staged", Revoked: false }))
        {
            if (Find(store, model) is { } release && release.Groups.Intersect(groups, StringComparer.Ordinal).Any())
            {
                commands.Add($"edgefleet model rekey {model.Name} {model.Version}");
            }
        }
        return commands;
    }

    private static EncryptedRelease? Find(ModelKeyStore store, ModelEntry model)
    {
        try
        {
            return store.Read(model.Name).Find(model.Version);
        }
        // It is advice only, and whoever may enroll devices need not be allowed to read keys.
        catch (Exception e) when (e is KeyException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
