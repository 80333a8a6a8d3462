using System.Text.Json;
using EdgeRunner.Fleet.Commands;
using EdgeRunner.Fleet.Keys;
using EdgeRunner.Inference.Bundles;

namespace EdgeRunner.Fleet.Tests.Repository;

/// <summary>A repository as <c>edgefleet repo init</c> makes it, its keys in files, and <c>edgefleet</c> on it.</summary>
internal sealed class KeyedRepository : IDisposable
{
    internal const string Passphrase = "correct horse battery";

    private readonly TempDirectory _directory = new();

    internal KeyedRepository() => System.IO.File.WriteAllText(PassphraseFile, Passphrase + "\n");

    internal ManualTimeProvider Time { get; } = new();

    internal string Path => _directory.File("repo");

    internal string PassphraseFile => _directory.File("passphrase");

    /// <summary>What the last command wrote to the error stream.</summary>
    internal string Errors { get; private set; } = "";

    /// <summary>The repository and the team's key, as options.</summary>
    internal string[] Signing => ["-r", Path, "-k", Key("main-1"), "--passphrase-file", PassphraseFile, "-y"];

    /// <summary>A path beside the repository.</summary>
    internal string File(string name) => _directory.File(name);

    internal string Key(string name) => System.IO.Path.Combine(_directory.File("keys"), name + ".pem");

    /// <summary>Makes the repository and all its keys.</summary>
    internal KeyedRepository Init()
    {
        Ok("repo", "init", Path, "--generate-keys", _directory.File("keys"), "--type", "ed25519", "--passphrase-file", PassphraseFile, "-y");
        return this;
    }

    /// <summary>Runs a command from a script.</summary>
    internal (int Code, string Output) Run(params string[] args) => Run(new NobodyThere(), args);

    /// <summary>Runs a command before somebody.</summary>
    internal (int Code, string Output) Run(ITerminal terminal, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = FleetCommand.Run(args, Time, output, error, terminal, keyIterations: 1_000);
        Errors = error.ToString();
        return (code, output.ToString());
    }

    /// <summary>Runs a command that must succeed.</summary>
    internal string Text(params string[] args)
    {
        var (code, output) = Run(args);
        Assert.True(code == ExitCode.Ok, Errors);
        return output;
    }

    /// <summary>Runs a command that must succeed, with <c>--json</c>.</summary>
    internal JsonElement Ok(params string[] args) => JsonDocument.Parse(Text([.. args, "--json"])).RootElement;

    /// <summary>Runs a command on the repository that must succeed, signed with the team's key.</summary>
    internal JsonElement Signed(params string[] args) => Ok([.. args, .. Signing]);

    /// <summary>Runs a command that must fail for a reason, told in words.</summary>
    internal void Refused(string reason, params string[] args)
    {
        Assert.NotEqual(ExitCode.Ok, Run(args).Code);
        Assert.Contains(reason, Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", Errors, StringComparison.Ordinal);
    }

    /// <summary>Packs the model of the demo as this version.</summary>
    /// <param name="version">Its version.</param>
    /// <param name="license">Another text makes another content.</param>
    internal string Pack(string version, string license = "Apache-2.0")
    {
        var bundle = _directory.File($"{version}-{license}.ermodel");
        if (System.IO.File.Exists(bundle))
        {
            return bundle;
        }
        var source = Directory.CreateDirectory(_directory.File($"model-{version}-{license}")).FullName;
        foreach (var file in Directory.GetFiles(System.IO.Path.Combine(TestPaths.RepositoryRoot, "device-configs", "demo", "models", "shuttle-forest")))
        {
            System.IO.File.Copy(file, System.IO.Path.Combine(source, System.IO.Path.GetFileName(file)), overwrite: true);
        }
        var manifest = System.IO.Path.Combine(source, "model.json");
        System.IO.File.WriteAllText(manifest, System.IO.File.ReadAllText(manifest).Replace("\"version\": \"1.0.0\"", $"\"version\": \"{version}\"", StringComparison.Ordinal)
            .Replace("\"Apache-2.0\"", $"\"{license}\"", StringComparison.Ordinal));
        BundlePacker.Pack(new PackRequest(source, bundle, new Dictionary<string, string>(StringComparer.Ordinal)), _ => { });
        return bundle;
    }

    public void Dispose() => _directory.Dispose();
}
