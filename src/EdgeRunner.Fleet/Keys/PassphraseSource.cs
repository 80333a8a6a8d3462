using EdgeRunner.Trust.Keys;

namespace EdgeRunner.Fleet.Keys;

/// <summary>Where passphrases come from: <c>--passphrase-file</c> (one for all keys, or one for each in their order), the environment, or a person.</summary>
internal sealed class PassphraseSource(IReadOnlyList<string> files, ITerminal terminal)
{
    internal const string Variable = "EDGEFLEET_PASSPHRASE";

    /// <summary>Shorter ones are guessed offline in days, whatever the key derivation (NIST SP 800-63B asks for 8 where guesses can be limited; here they cannot).</summary>
    private const int MinLength = 12;

    /// <summary>The passphrase of a key that exists.</summary>
    /// <param name="keyFile">Which.</param>
    /// <param name="index">Its place among the encrypted keys that are asked for.</param>
    /// <exception cref="KeyException">There is no way to get one.</exception>
    internal string Get(string keyFile, int index) => FromFileOrEnvironment(index) ?? (terminal.IsInteractive
        ? terminal.AskSecret($"Passphrase of {keyFile}: ")
        : throw new KeyException($"{keyFile} is encrypted, and there is no terminal to ask for its passphrase. Say --passphrase-file FILE or set {Variable}"));

    /// <summary>The passphrase of a key to be.</summary>
    /// <exception cref="KeyException">There is no way to get one, it is too short, or it was typed differently.</exception>
    internal string New(string keyFile, int index)
    {
        if (FromFileOrEnvironment(index) is { } given)
        {
            return Check(given, keyFile);
        }
        if (!terminal.IsInteractive)
        {
            throw new KeyException($"the new key {keyFile} needs a passphrase, and there is no terminal to ask for one. Say --passphrase-file FILE or set {Variable}");
        }
        var reason = "";
        while (true)
        {
            var first = terminal.AskSecret($"{reason}New passphrase for {keyFile} (at least {MinLength} characters): ");
            if (first.Length == 0)
            {
                throw new KeyException($"no passphrase was given for {keyFile}");
            }
            if (first.Length < MinLength)
            {
                reason = $"That has {first.Length} characters, and needs at least {MinLength}. ";
            }
            else if (string.Equals(first, terminal.AskSecret("The same again: "), StringComparison.Ordinal))
            {
                return first;
            }
            else
            {
                reason = "The two were not the same. ";
            }
        }
    }

    private string? FromFileOrEnvironment(int index)
    {
        if (files.Count > 0)
        {
            var file = files.Count == 1 ? files[0] : index < files.Count ? files[index]
                : throw new KeyException($"there are {files.Count} passphrase files and more encrypted keys. Give one for all, or one for each in their order");
            return File.ReadLines(file).FirstOrDefault() is { Length: > 0 } line ? line : throw new KeyException($"the passphrase file {file} has no text in its first line");
        }
        return Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } value ? value : null;
    }

    private static string Check(string passphrase, string keyFile) => passphrase.Length >= MinLength
        ? passphrase
        : throw new KeyException($"the passphrase for {keyFile} has {passphrase.Length} characters, and needs at least {MinLength}");
}
