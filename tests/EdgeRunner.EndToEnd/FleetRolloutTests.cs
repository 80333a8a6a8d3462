using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace EdgeRunner.EndToEnd;

/// <summary>A whole fleet, all of it the published programs, over the broker configuration that we ship: TLS, client certificates and the ACL.</summary>
public sealed class FleetRolloutTests : IAsyncLifetime, IAsyncDisposable
{
    private const int Devices = 20;
    private const int ReleaseBytes = 20_000_000;
    private const string Group = "line-1";

    private static readonly string[] Names = [.. Enumerable.Range(1, Devices).Select(number => string.Create(CultureInfo.InvariantCulture, $"board-{number:00}"))];

    private readonly TempDirectory _directory = new();
    private readonly SecureBroker _broker = SecureBroker.Start(Names);
    private readonly List<DeviceFolder> _folders = [];
    private readonly Dictionary<string, Daemon> _daemons = new(StringComparer.Ordinal);
    private readonly int _metricsPort = MosquittoBroker.FreePort();
    private Daemon _depot = null!;

    private string Repository => _directory.File("repo");

    public async Task InitializeAsync()
    {
        await FleetAsync("repo", "init", Repository, "--generate-keys", _directory.File("keys"), "--type", "ed25519", "--yes");
        await FleetAsync("model", "add", await PackAsync("1.0.0", Ballast()), "--key", Path.Combine(_directory.File("keys"), "main-1.pem"), "--yes");
        _depot = Daemon.StartProgram([PublishedPrograms.EdgeFleet, "depot", "--repo", Repository, "--http", $"http://127.0.0.1:{_metricsPort}", .. _broker.OptionsOf("depot")]);
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        foreach (var daemon in _daemons.Values) await daemon.DisposeAsync();
        if (_depot is not null) await _depot.DisposeAsync();
        _broker.Dispose();
        foreach (var folder in _folders) folder.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Twenty_empty_devices_commit_a_release_from_one_depot_and_the_one_that_was_away_catches_up()
    {
        foreach (var name in Names[..^1]) StartDevice(name);
        await WaitUntilAsync("all but one report", async () => (await FleetAsync(["fleet", "list", .. Fleet])).AsArray().Count == Devices - 1);
        var before = await EgressAsync();

        var set = await RunAsync(["rollout", "set", Group, "shuttle-forest@1.0.0", "--max-error", "0.5", "--max-latency", "1000", "--wait", "--timeout", "100s", .. Fleet]);
        Assert.True(set.ExitCode == 0, set.Output + set.Errors + Logs());
        Assert.Equal(Names[..^1], await CommittedAsync());
        var together = await EgressAsync() - before;

        StartDevice(Names[^1]);
        await WaitUntilAsync("the late one has it too", async () => (await CommittedAsync()).Length == Devices);
        Assert.Equal(Names, await CommittedAsync());
        var late = await EgressAsync() - before - together;

        Assert.InRange(together, ReleaseBytes, ReleaseBytes * 1.5);
        Assert.InRange(late, ReleaseBytes, ReleaseBytes * 1.5);
        foreach (var name in Names)
        {
            var works = await _daemons[name].WaitUntilAsync($"{name} works", status => status.GetProperty("pipelines")[0].GetProperty("decisions").GetInt64() > 0);
            Assert.Equal("shuttle-forest 1.0.0", works.GetProperty("pipelines")[0].GetProperty("model").GetString());
        }
    }

    private string[] Fleet => _broker.OptionsOf("fleet");

    private void StartDevice(string name)
    {
        var folder = new DeviceFolder(_broker.Port);
        _folders.Add(folder);
        var pipeline = DeviceFolder.Shuttle(50, loop: true);
        pipeline["model"] = "shuttle-forest";
        folder.AddPipeline("shuttle", pipeline);
        folder.Configuration["updates"] = new JsonObject
        {
            ["group"] = Group,
            ["rootFile"] = Path.Combine(Repository, "metadata", "1.root.json"),
            ["sources"] = new JsonArray("mqtt"),
            ["trustSystemClock"] = true, // the kernel of a container may not know that its clock is set
            ["jitterSeconds"] = 2,
            ["trial"] = new JsonObject { ["windows"] = 40, ["minutes"] = 0.05 },
        };
        var environment = _broker.EnvironmentOf(name).ToDictionary(variable => variable.Key, variable => (string?)variable.Value, StringComparer.Ordinal);
        _daemons[name] = Daemon.Start(folder.Write(), environment);
    }

    /// <summary>The devices whose last word on the release is that it is committed, in order.</summary>
    private async Task<string[]> CommittedAsync()
    {
        var status = await RunAsync(["rollout", "status", Group, "--json", .. Fleet]);
        var rollout = JsonNode.Parse(status.Output)!["rollouts"]![0]!;
        return [.. rollout["devices"]!.AsArray().Where(device => (string?)device!["update"]?["phase"] == "committed" && (string?)device["running"] == "1.0.0").Select(device => (string)device!["device"]!).Order(StringComparer.Ordinal)];
    }

    private async Task<long> EgressAsync()
    {
        using var client = new HttpClient();
        var metrics = await client.GetStringAsync(new Uri($"http://127.0.0.1:{_metricsPort}/metrics"));
        return metrics.Split('\n').Where(line => line.StartsWith("edgefleet_depot_sent_bytes_total{", StringComparison.Ordinal)).Sum(line => long.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture));
    }

    /// <summary>The demo's forest with ballast that ONNX Runtime reads over: a doc_string (field 6 of ModelProto) at the end of the file.</summary>
    private async Task<string> PackAsync(string version, byte[] ballast)
    {
        var model = Directory.CreateDirectory(_directory.File(version)).FullName;
        foreach (var file in Directory.GetFiles(Path.Combine(TestPaths.RepositoryRoot, "device-configs", "demo", "models", "shuttle-forest"))) File.Copy(file, Path.Combine(model, Path.GetFileName(file)));
        await using (var onnx = new FileStream(Directory.GetFiles(model, "*.onnx").Single(), FileMode.Append))
        {
            onnx.WriteByte((6 << 3) | 2);
            for (var length = ballast.Length; length > 0; length >>= 7) onnx.WriteByte((byte)(length > 0x7F ? (length & 0x7F) | 0x80 : length));
            await onnx.WriteAsync(ballast);
        }

        var manifest = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(model, "model.json")))!;
        manifest["limits"]!["memoryBytes"] = 256 << 20; // ONNX Runtime reads the file as a whole, ballast and all
        await File.WriteAllTextAsync(Path.Combine(model, "model.json"), manifest.ToJsonString());

        var bundle = _directory.File($"{version}.ermodel");
        await FleetAsync("model", "pack", model, "-o", bundle);
        return bundle;
    }

    private static byte[] Ballast() => Encoding.ASCII.GetBytes(Convert.ToHexString(RandomNumberGenerator.GetBytes(ReleaseBytes / 2)));

    private async Task<JsonNode> FleetAsync(params string[] arguments)
    {
        var run = await RunAsync([.. arguments, "--json"]);
        Assert.True(run.ExitCode == 0, $"{string.Join(' ', arguments)}: exit code {run.ExitCode}: {run.Output}{run.Errors}");
        return JsonNode.Parse(run.Output)!;
    }

    private Task<ProgramRun> RunAsync(params string[] arguments) => ProgramRun.StartAsync(
        PublishedPrograms.EdgeFleet, new Dictionary<string, string?>(StringComparer.Ordinal) { ["EDGEFLEET_PASSPHRASE"] = "a passphrase of the tests", ["EDGEFLEET_REPO"] = Repository }, arguments);

    private async Task WaitUntilAsync(string what, Func<Task<bool>> reached)
    {
        for (var look = 0; look < 600; look++)
        {
            if (await reached()) return;
            await Task.Delay(100);
        }

        Assert.Fail($"not reached: {what}{Logs()}");
    }

    private string Logs() => $"\ndepot:\n{_depot.Log}" + string.Concat(_daemons.Select(daemon => $"\n{daemon.Key}:\n{daemon.Value.Log}"));
}
