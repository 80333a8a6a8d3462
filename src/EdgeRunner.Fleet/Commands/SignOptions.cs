using System.CommandLine;
using EdgeRunner.Fleet.Keys;

namespace EdgeRunner.Fleet.Commands;

/// <summary>The options of every command that signs.</summary>
internal sealed class SignOptions
{
    internal Option<string[]> Keys { get; } = new("--key", "-k") { Description = "A private key file to sign with. May be given several times.", HelpName = "FILE", DefaultValueFactory = _ => [] };

    internal Option<string[]> KeyCommands { get; } = new("--key-command")
    {
        Description = "A program that signs with a key on a token: it gets the bytes on its standard input and prints the signature as hex. May be given several times.",
        HelpName = "PUBLIC_KEY_FILE=COMMAND",
        DefaultValueFactory = _ => [],
    };

    internal Option<string[]> PassphraseFiles { get; } = new("--passphrase-file")
    {
        Description = $"A file whose first line is the passphrase; one for all keys, or one for each in their order. Default: {PassphraseSource.Variable}, else you are asked.",
        HelpName = "FILE",
        DefaultValueFactory = _ => [],
    };

    internal Option<bool> Yes { get; } = new("--yes", "-y") { Description = "Sign without asking. Needed where there is no terminal." };

    internal void AddTo(Command command)
    {
        command.Add(Keys);
        command.Add(KeyCommands);
        command.Add(PassphraseFiles);
        command.Add(Yes);
    }

    /// <summary>The command that signs what a command like this one has staged. Said again, that one would stage it a second time, or find it there already.</summary>
    /// <param name="parsed">What was said.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="onlineKeys">Where its online keys are, when that was said.</param>
    /// <param name="keys">Private key files.</param>
    internal string Again(ParseResult parsed, string repository, string? onlineKeys, IEnumerable<string> keys)
    {
        var words = new List<string> { "edgefleet", "repo", "sign", "--repo", repository };
        words.AddRange(onlineKeys is null ? [] : ["--online-keys", onlineKeys]);
        words.AddRange(keys.SelectMany(k => (string[])["--key", k]));
        words.AddRange((parsed.GetValue(KeyCommands) ?? []).SelectMany(c => (string[])["--key-command", c]));
        words.AddRange((parsed.GetValue(PassphraseFiles) ?? []).SelectMany(f => (string[])["--passphrase-file", f]));
        return string.Join(' ', words.Select(Quoted));
    }

    /// <summary>As a shell reads it.</summary>
    private static string Quoted(string word) => word.Length > 0 && word.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or '=' or ':' or ',')
        ? word
        : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    internal PassphraseSource Passphrases(ParseResult parsed, ITerminal terminal) => new(parsed.GetValue(PassphraseFiles) ?? [], terminal);

    internal SignerSet Open(ParseResult parsed, ITerminal terminal) =>
        SignerSet.Open(parsed.GetValue(Keys) ?? [], parsed.GetValue(KeyCommands) ?? [], Passphrases(parsed, terminal));
}
