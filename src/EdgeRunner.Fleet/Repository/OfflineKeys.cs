using EdgeRunner.Fleet.Commands;
using EdgeRunner.Fleet.Keys;
using EdgeRunner.Native.LibCrypto;
using EdgeRunner.Trust.Keys;

namespace EdgeRunner.Fleet.Repository;

/// <summary>The keys of people for a new repository: those that were given, and new ones where none were.</summary>
/// <param name="directory">Where new ones go; null when none may be made.</param>
/// <param name="kind">Of new ones.</param>
/// <param name="passphrases">For new ones, and to sign with those that are given as private keys.</param>
/// <param name="done">Gets a line for each new key.</param>
/// <param name="iterations">Of PBKDF2, for new keys.</param>
/// <param name="files">Writes the files of new keys, and removes them when there is to be no repository.</param>
internal sealed class OfflineKeys(string? directory, CryptoKeyKind kind, PassphraseSource passphrases, List<string> done, int iterations, NewFiles files)
{
    private readonly List<KeyPair> _made = [];
    private readonly List<string> _madeFiles = [];
    private readonly List<string> _privateFiles = [];
    private readonly Dictionary<string, string> _given = new(StringComparer.Ordinal);
    private int _new;

    /// <param name="name">Of the role or team, for new files.</param>
    /// <param name="given">Key files, public or private.</param>
    /// <param name="count">How many new ones to make when none are given.</param>
    internal IReadOnlyList<OfflineKey> For(string name, IReadOnlyList<string> given, int count)
    {
        if (given.Count > 0)
        {
            return [.. given.Select(Read)];
        }
        if (directory is null)
        {
            throw new UsageException($"There are no keys for {name}. Give them with {(name is "root" or "targets" ? $"--{name}-key FILE" : $"--team-key {name}=FILE")}, or say --generate-keys DIR.");
        }
        return [.. Enumerable.Range(1, count).Select(n => Make(Path.Combine(directory, $"{name}-{n}.pem")))];
    }

    private OfflineKey Read(string file)
    {
        if (!KeyFile.IsPrivate(file))
        {
            return new OfflineKey(KeyFile.ReadPublic(file, passphrase: null), null);
        }
        _privateFiles.Add(file);
        return new OfflineKey(KeyFile.ReadPublic(file, () => PassphraseOf(file)), file);
    }

    // Passphrase files stand in the order of the encrypted keys, and each key is asked for once.
    private string PassphraseOf(string file)
    {
        if (!_given.TryGetValue(file, out var passphrase))
        {
            passphrase = passphrases.Get(file, _privateFiles.Where(KeyFile.IsEncrypted).ToList().IndexOf(file));
            _given.Add(file, passphrase);
        }
        return passphrase;
    }

    /// <summary>Files of what can sign.</summary>
    internal IReadOnlyList<string> PrivateFiles => [.. _madeFiles, .. _privateFiles];

    /// <summary>Adds what can sign: new keys, and given private ones.</summary>
    internal void OpenInto(SignerSet signers)
    {
        _made.ForEach(signers.Add);
        foreach (var file in _privateFiles)
        {
            signers.Add(KeyFile.ReadPrivate(file, () => PassphraseOf(file)));
        }
    }

    private OfflineKey Make(string file)
    {
        var passphrase = passphrases.New(file, _new++);
        var key = KeyPair.Generate(kind);
        _made.Add(key);
        _madeFiles.Add(file);
        files.WriteKey(file, () => KeyFile.WriteNew(file, key, passphrase, iterations));
        done.Add($"New key {key.PublicKey.KeyId[..8]}: {file}");
        return new OfflineKey(key.PublicKey, file);
    }
}
