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
internal sealed class OfflineKeys(string? directory, CryptoKeyKind kind, PassphraseSource passphrases, List<string> done)
{
    private readonly List<KeyPair> _made = [];
    private readonly List<string> _privateFiles = [];
    private int _new;

    /// <param name="name">Of the role or team, for new files.</param>
    /// <param name="given">Key files, public or private.</param>
    /// <param name="count">How many new ones to make when none are given.</param>
    internal IReadOnlyList<OfflineKey> For(string name, IReadOnlyList<string> given, int count)
    {
        if (given.Count > 0)
        {
            var keys = given.Select(f => new OfflineKey(KeyFile.ReadPublic(f, () => passphrases.Get(f, 0)), KeyFile.IsPrivate(f) ? f : null)).ToArray();
            _privateFiles.AddRange(keys.Select(k => k.PrivateFile).OfType<string>());
            return keys;
        }
        if (directory is null)
        {
            throw new UsageException($"There are no keys for {name}. Give them with {(name is "root" or "targets" ? $"--{name}-key FILE" : $"--team-key {name}=FILE")}, or say --generate-keys DIR.");
        }
        return [.. Enumerable.Range(1, count).Select(n => Make(Path.Combine(directory, $"{name}-{n}.pem")))];
    }

    /// <summary>Adds what can sign: new keys, and given private ones.</summary>
    internal void OpenInto(SignerSet signers)
    {
        _made.ForEach(signers.Add);
        for (var i = 0; i < _privateFiles.Count; i++)
        {
            var (file, index) = (_privateFiles[i], i);
            signers.Add(KeyFile.ReadPrivate(file, () => passphrases.Get(file, index)));
        }
    }

    private OfflineKey Make(string file)
    {
        var passphrase = passphrases.New(file, _new++);
        var key = KeyPair.Generate(kind);
        _made.Add(key);
        KeyFile.WriteNew(file, key, passphrase);
        done.Add($"New key {key.PublicKey.KeyId[..8]}: {file}");
        return new OfflineKey(key.PublicKey, file);
    }
}
