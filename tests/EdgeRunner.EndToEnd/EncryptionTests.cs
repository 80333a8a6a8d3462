using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using EdgeRunner.Trust.Encryption;

namespace EdgeRunner.EndToEnd;

/// <summary>A device makes its key, a fleet manager encrypts a model for it: the published programs, which have to do their cryptography without reflection.</summary>
[SupportedOSPlatform("linux")]
public sealed class EncryptionTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private string Repository => _directory.File("repo");

    [Theory]
    [InlineData("ec", "single", false)]
    [InlineData("rsa", "chunked", true)]
    public async Task From_the_key_of_a_device_to_a_model_that_it_can_open(string type, string mode, bool json)
    {
        var keyFile = _directory.File("device-key.pem");
        var config = _directory.File("edgerunner.json");
        await File.WriteAllTextAsync(config, """{ "device": { "id": "press-1" } }""");
        var generated = await OkAsync(PublishedPrograms.EdgeRunner, "device-key", "generate", "--config", config, "--file", keyFile, "--type", type);
        Assert.Contains("edgefleet device enroll press-1 FILE", generated.Errors, StringComparison.Ordinal);
        var shown = await OkAsync(PublishedPrograms.EdgeRunner, ["device-key", "show", "--file", keyFile, .. json ? (string[])["--json"] : []]);
        await File.WriteAllTextAsync(_directory.File("press-1.pub"), shown.Output);
        Assert.Equal("600\n", (await ProgramRun.StartAsync("stat", "-c", "%a", keyFile)).Output);
        Assert.DoesNotContain("PRIVATE", shown.Output, StringComparison.Ordinal);

        var bundle = _directory.File("shuttle.ermodel");
        await FleetAsync("repo", "init", Repository, "--generate-keys", _directory.File("keys"), "--type", "ed25519", "--yes");
        await FleetAsync("model", "pack", Path.Combine(TestPaths.RepositoryRoot, "device-configs", "demo", "models", "shuttle-forest"), "-o", bundle);
        var enrolled = await FleetAsync("device", "enroll", "press-1", _directory.File("press-1.pub"), "--group", "canary");
        await FleetAsync("model", "add", bundle, "--encrypt-for", "canary", "--mode", mode, "--key", Path.Combine(_directory.File("keys"), "main-1.pem"), "--yes");
        await FleetAsync("repo", "verify");

        var device = Assert.Single(DeviceKey.ReadAll(await File.ReadAllTextAsync(keyFile)));
        using var key = KeyEnvelope.Parse(await File.ReadAllBytesAsync(Target("*.keys"))).Open([device]);
        using var plain = new MemoryStream();
        using var cipher = File.OpenRead(Target("*.ermodel"));
        await (key.Mode == SealMode.Single ? SegmentedCipher.Default.DecryptAsync(cipher, plain, key.Key, key.AssociatedData, CancellationToken.None)
            : new ChunkedCipher(key.Model).DecryptAsync(cipher, plain, key.Key, CancellationToken.None));
        Assert.Equal(device.PublicKey.Thumbprint, (string)enrolled["device"]!["keys"]![0]!["thumbprint"]!);
        Assert.Equal(await File.ReadAllBytesAsync(bundle), plain.ToArray());
        Assert.Equal(key.PlainSha256, Convert.ToHexStringLower(SHA256.HashData(plain.ToArray())));
        device.Dispose();

        var again = await ProgramRun.StartAsync(PublishedPrograms.EdgeRunner, "device-key", "generate", "--file", keyFile);
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("never overwritten", again.Errors, StringComparison.Ordinal);
    }

    private string Target(string pattern) => Directory.EnumerateFiles(Path.Combine(Repository, "targets", "models", "shuttle-forest"), pattern).Single();

    private async Task<JsonNode> FleetAsync(params string[] arguments)
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["EDGEFLEET_PASSPHRASE"] = "a passphrase of the tests", ["EDGEFLEET_REPO"] = Repository };
        var run = await ProgramRun.StartAsync(PublishedPrograms.EdgeFleet, environment, [.. arguments, "--json"]);
        Assert.True(run.ExitCode == 0, $"{string.Join(' ', arguments)}: exit code {run.ExitCode}: {run.Errors}");
        return JsonNode.Parse(run.Output)!;
    }

    private static async Task<ProgramRun> OkAsync(string program, params string[] arguments)
    {
        var run = await ProgramRun.StartAsync(program, arguments);
        Assert.True(run.ExitCode == 0, $"{string.Join(' ', arguments)}: exit code {run.ExitCode}: {run.Errors}");
        return run;
    }
}
