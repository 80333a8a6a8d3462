using System.CommandLine;
using EdgeRunner.Fleet.Encryption;
using EdgeRunner.Trust.Encryption;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Commands;

/// <summary>The options of commands that encrypt models.</summary>
internal sealed class EncryptOptions
{
    private const string Chunked = "chunked";

    internal Option<string[]> Groups { get; } = new("--encrypt-for") { Description = "A group whose enrolled devices can decrypt it, and nobody else. May be given several times.", HelpName = "GROUP", DefaultValueFactory = _ => [] };

    internal Option<string> Mode { get; } = NewMode();

    internal Option<bool> Rotate { get; } = new("--rotate") { Description = "Mode chunked: take a new secret, under which devices fetch all of the next version once." };

    internal Option<bool> KeepSecret { get; } = new("--keep-secret") { Description = "Mode chunked: keep the secret although devices have it that this version is not for; they can read it." };

    internal Option<string?> ModelKeys { get; } = new("--model-keys") { Description = $"Where the keys of encrypted models are kept. Default: {ModelKeyStore.Variable}, else the name of the repository with -model-keys.", HelpName = "DIR" };

    /// <summary>All of them, for a new version.</summary>
    internal void AddTo(Command command)
    {
        command.Add(Groups);
        command.Add(Mode);
        command.Add(Rotate);
        command.Add(KeepSecret);
        command.Add(ModelKeys);
        command.Validators.Add(result =>
        {
            if (result.GetValue(Groups) is { Length: > 0 })
            {
                if (result.GetValue(Mode) is not Chunked && (result.GetValue(Rotate) || result.GetValue(KeepSecret)))
                {
                    result.AddError("--rotate and --keep-secret are about the secret of mode chunked: say --mode chunked with them.");
                }
            }
            else if (result.GetResult(Mode) is { Implicit: false } || result.GetValue(Rotate) || result.GetValue(KeepSecret))
            {
                result.AddError("--mode, --rotate and --keep-secret need --encrypt-for GROUP.");
            }
            if (result.GetValue(Rotate) && result.GetValue(KeepSecret))
            {
                result.AddError("--rotate and --keep-secret exclude each other.");
            }
        });
    }

    internal ModelKeyStore Store(ParseResult parsed, RepositoryLayout layout) => new(layout, parsed.GetValue(ModelKeys));

    internal EncryptionRequest? Request(ParseResult parsed) => parsed.GetValue(Groups) is { Length: > 0 } groups
        ? new EncryptionRequest([.. groups.Distinct(StringComparer.Ordinal)], parsed.GetValue(Mode) is Chunked ? SealMode.Chunked : SealMode.Single, parsed.GetValue(Rotate), parsed.GetValue(KeepSecret))
        : null;

    private static Option<string> NewMode()
    {
        var mode = new Option<string>("--mode")
        {
            Description = "single (default): most secret, devices fetch all of each version. chunked: shows which parts two versions share, devices fetch only what is new.",
            DefaultValueFactory = _ => "single",
        };
        mode.AcceptOnlyFromAmong("single", Chunked);
        return mode;
    }
}
