using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using EdgeRunner.Fleet.Keys;
using EdgeRunner.Fleet.Repository;
using EdgeRunner.Native.LibCrypto;
using EdgeRunner.Trust.Keys;

namespace EdgeRunner.Fleet.Commands;

/// <summary><c>edgefleet key generate|show|passphrase</c>.</summary>
internal static class KeyCommand
{
    internal static Command Create(CommandEnvironment environment) => new("key", "Makes and shows signing keys.")
    {
        Generate(environment), Show(environment), Passphrase(environment),
    };

    /// <summary>The option <c>--type</c>.</summary>
    internal static Option<string> TypeOption()
    {
        var type = new Option<string>("--type") { Description = "ecdsa-p256 (default), rsa-pss (3072 bits) or ed25519.", DefaultValueFactory = _ => "ecdsa-p256" };
        type.AcceptOnlyFromAmong("ecdsa-p256", "rsa-pss", "ed25519");
        return type;
    }

    internal static CryptoKeyKind KindOf(string? type) => type switch
    {
        "rsa-pss" => CryptoKeyKind.RsaPss,
        "ed25519" => CryptoKeyKind.Ed25519,
        _ => CryptoKeyKind.EcdsaP256,
    };

    private static Command Generate(CommandEnvironment environment)
    {
        var file = new Argument<string>("FILE") { Description = "The private key to write, e.g. root-anna.pem; its public half goes to root-anna.pub." };
        var type = TypeOption();
        var online = new Option<bool>("--online") { Description = "Do not encrypt it: for a key that a service uses without a person." };
        var sign = new SignOptions();
        var json = new RepoOptions().Json;
        var command = new Command("generate", "Makes a key: encrypted with a passphrase, mode 0600.") { file, type, online, sign.PassphraseFiles, json };
        command.SetAction((parsed, _) => CommandOutcome.RunAsync(parsed, parsed.GetValue(json), output =>
        {
            var path = parsed.GetRequiredValue(file);
            var passphrase = parsed.GetValue(online) ? null : sign.Passphrases(parsed, environment.Terminal).New(path, 0);
            using var key = KeyPair.Generate(KindOf(parsed.GetValue(type)));
            KeyFile.WriteNew(path, key, passphrase, environment.KeyIterations);
            Print(output, parsed.GetValue(json), Report(key.PublicKey, path, KeyFile.PublicFileOf(path), encrypted: passphrase is not null));
            return Task.FromResult(ExitCode.Ok);
        }));
        return command;
    }

    private static Command Show(CommandEnvironment environment)
    {
        var file = new Argument<string>("FILE") { Description = "A private or public key file." };
        var sign = new SignOptions();
        var json = new RepoOptions().Json;
        var command = new Command("show", "Shows the id, kind and public half of a key.") { file, sign.PassphraseFiles, json };
        command.SetAction((parsed, _) => CommandOutcome.RunAsync(parsed, parsed.GetValue(json), output =>
        {
            var path = parsed.GetRequiredValue(file);
            var isPrivate = KeyFile.IsPrivate(path);
            var key = KeyFile.ReadPublic(path, () => sign.Passphrases(parsed, environment.Terminal).Get(path, 0));
            var publicFile = isPrivate ? KeyFile.PublicFileOf(path) : path;
            Print(output, parsed.GetValue(json), Report(key, isPrivate ? path : null, File.Exists(publicFile) ? publicFile : null, isPrivate ? KeyFile.IsEncrypted(path) : null));
            return Task.FromResult(ExitCode.Ok);
        }));
        return command;
    }

    private static Command Passphrase(CommandEnvironment environment)
    {
        var file = new Argument<string>("FILE") { Description = "A private key file." };
        var sign = new SignOptions();
        var next = new Option<string[]>("--new-passphrase-file") { Description = "A file whose first line is the new passphrase. Default: you are asked.", HelpName = "FILE", DefaultValueFactory = _ => [] };
        var json = new RepoOptions().Json;
        var command = new Command("passphrase", "Changes the passphrase of a key, or encrypts one that is not.") { file, sign.PassphraseFiles, next, json };
        command.SetAction((parsed, _) => CommandOutcome.RunAsync(parsed, parsed.GetValue(json), output =>
        {
            var path = parsed.GetRequiredValue(file);
            using var key = KeyFile.ReadPrivate(path, () => sign.Passphrases(parsed, environment.Terminal).Get(path, 0));
            KeyFile.Rewrite(path, key, new PassphraseSource(parsed.GetValue(next) ?? [], environment.Terminal).New(path, 0), environment.KeyIterations);
            Print(output, parsed.GetValue(json), Report(key.PublicKey, path, KeyFile.PublicFileOf(path), encrypted: true));
            return Task.FromResult(ExitCode.Ok);
        }));
        return command;
    }

    private static KeyReport Report(PublicKey key, string? privateFile, string? publicFile, bool? encrypted) =>
        new(key.KeyId, key.KeyType, key.Scheme, privateFile, publicFile, encrypted, PemEncoding.WriteString("PUBLIC KEY", key.SubjectPublicKeyInfo.Span));

    private static void Print(TextWriter output, bool json, KeyReport report)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(report, FleetJsonContext.Default.KeyReport));
            return;
        }
        output.WriteLine($"key id   {report.KeyId}");
        output.WriteLine($"scheme   {report.Scheme}");
        if (report.PrivateFile is not null)
        {
            output.WriteLine($"private  {report.PrivateFile}{(report.Encrypted == true ? " (encrypted)" : " (NOT encrypted)")}");
        }
        output.WriteLine(report.PublicFile is null ? report.PublicKey : $"public   {report.PublicFile}");
    }
}
