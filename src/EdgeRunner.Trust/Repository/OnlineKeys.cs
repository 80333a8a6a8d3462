using EdgeRunner.Trust.Keys;

namespace EdgeRunner.Trust.Repository;

/// <summary>The private keys of the roles that are signed without a person: <c>*.pem</c> in one directory, not encrypted, mode 0600. Dispose to wipe
/// them.</summary>
public sealed class OnlineKeys : IDisposable
{
    private readonly Dictionary<string, KeyPair> _keys = new(StringComparer.Ordinal);

    private OnlineKeys(string directory) => DirectoryPath = directory;

    /// <summary>Where they lie.</summary>
    public string DirectoryPath { get; }

    /// <summary>Reads all keys of a directory; one that is not there has none.</summary>
    /// <exception cref="KeyException">A file is no key.</exception>
    public static OnlineKeys Read(string directory)
    {
        var online = new OnlineKeys(Path.GetFullPath(directory));
        if (!Directory.Exists(directory))
        {
            return online;
        }
        try
        {
            foreach (var file in Directory.EnumerateFiles(directory, "*.pem").Where(f => !Path.GetFileName(f).StartsWith('.')))
            {
                online.Add(ReadKey(file));
            }
            return online;
        }
        catch
        {
            online.Dispose();
            throw;
        }
    }

    /// <summary>Adds a key, which is now owned by this.</summary>
    public void Add(KeyPair key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (!_keys.TryAdd(key.PublicKey.KeyId, key))
        {
            key.Dispose();
        }
    }

    /// <summary>Enough keys for a role; more than the threshold when there are more.</summary>
    /// <exception cref="RepositoryException">There are fewer than its threshold.</exception>
    public IReadOnlyList<ISigner> SignersOf(string role, RoleAuthority authority)
    {
        ArgumentNullException.ThrowIfNull(authority);
        var signers = authority.RoleKeys.KeyIds.Where(_keys.ContainsKey).Select(ISigner (id) => _keys[id]).ToList();
        return signers.Count >= authority.RoleKeys.Threshold
            ? signers
            : throw new RepositoryException(RepositoryFailure.OnlineKeyMissing, role, DirectoryPath,
                $"{authority.RoleKeys.Threshold} of the online keys {string.Join(", ", authority.RoleKeys.KeyIds.Select(id => id[..Math.Min(8, id.Length)]))} are needed to sign, and {signers.Count} are in this directory",
                $"Say where they are with --online-keys; if they are lost or stolen: `edgefleet repo recover --role {role}`");
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<ISigner> Signers => [.. _keys.Values];

    /// <summary>Whether a key is here.</summary>
    public bool Has(string keyId) => _keys.ContainsKey(keyId);

    /// <summary>Wipes the keys.</summary>
    public void Dispose()
    {
        foreach (var key in _keys.Values)
        {
            key.Dispose();
        }
        _keys.Clear();
    }

    private static KeyPair ReadKey(string file)
    {
        try
        {
            return KeyPair.FromPem(File.ReadAllText(file), password: null);
        }
        catch (KeyException e)
        {
            throw new KeyException($"the online key {file} cannot be used: {e.Message}", e);
        }
    }
}
