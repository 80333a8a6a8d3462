using EdgeRunner.Fleet.Keys;
using EdgeRunner.Trust.Keys;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Repository;

/// <summary>Makes an online key beside the others.</summary>
internal static class NewOnlineKey
{
    /// <summary>Makes a key for a role of an open repository and adds it to those at hand.</summary>
    internal static PublicKey Make(TufRepository repository, string role, List<string> done)
    {
        var key = KeyPair.Generate();
        var file = FileFor(repository.OnlineKeysDirectory, role, key.PublicKey);
        using (RepositoryOwner.Beside(repository.Content.Layout, repository.OnlineKeysDirectory).Enter())
        {
            KeyFile.WriteNew(file, key, passphrase: null);
        }
        repository.Online.Add(key);
        done.Add($"New online key {key.PublicKey.KeyId[..8]} for {role}: {file}");
        return key.PublicKey;
    }

    /// <summary>A name that no other key has.</summary>
    internal static string FileFor(string directory, string role, PublicKey key) =>
        Path.Combine(directory, $"{Uri.EscapeDataString(role).Replace("%2F", "-", StringComparison.Ordinal)}-{key.KeyId[..8]}.pem");
}
