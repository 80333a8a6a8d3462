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

    internal PassphraseSource Passphrases(ParseResult parsed, ITerminal terminal) => new(parsed.GetValue(PassphraseFiles) ?? [], terminal);

    internal SignerSet Open(ParseResult parsed, ITerminal terminal) =>
        SignerSet.Open(parsed.GetValue(Keys) ?? [], parsed.GetValue(KeyCommands) ?? [], Passphrases(parsed, terminal));
}
