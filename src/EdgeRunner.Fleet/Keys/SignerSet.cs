using EdgeRunner.Trust.Keys;

namespace EdgeRunner.Fleet.Keys;

/// <summary>The keys of people that a command was given. Dispose to wipe them.</summary>
internal sealed class SignerSet : IDisposable
{
    private readonly List<ISigner> _signers = [];

    internal IReadOnlyList<ISigner> Signers => _signers;

    /// <summary>Opens keys.</summary>
    /// <param name="keyFiles">Private key files.</param>
    /// <param name="commands"><c>PUBLIC_KEY_FILE=COMMAND</c>.</param>
    /// <param name="passphrases">For the encrypted ones.</param>
    /// <exception cref="KeyException">One cannot be opened.</exception>
    internal static SignerSet Open(IEnumerable<string> keyFiles, IEnumerable<string> commands, PassphraseSource passphrases)
    {
        var set = new SignerSet();
        try
        {
            var encrypted = 0;
            foreach (var file in keyFiles)
            {
                set._signers.Add(KeyFile.ReadPrivate(file, () => passphrases.Get(file, encrypted++)));
            }
            foreach (var pair in commands)
            {
                var at = pair.IndexOf('=', StringComparison.Ordinal);
                set._signers.Add(at > 0 && at < pair.Length - 1
                    ? new CommandSigner(KeyFile.ReadPublic(pair[..at], passphrase: null), pair[(at + 1)..])
                    : throw new KeyException($"--key-command {pair} is not PUBLIC_KEY_FILE=COMMAND"));
            }
            return set;
        }
        catch
        {
            set.Dispose();
            throw;
        }
    }

    /// <summary>No keys.</summary>
    internal static SignerSet None() => new();

    internal void Add(ISigner signer) => _signers.Add(signer);

    public void Dispose()
    {
        foreach (var signer in _signers.OfType<IDisposable>())
        {
            signer.Dispose();
        }
    }
}
