using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EdgeRunner.EndToEnd;

/// <summary>New versions under a daemon that runs: as a field engineer brings them, and again and again.</summary>
public sealed class ModelSwapTests : IDisposable
{
    private readonly TempDirectory _bundles = new();

    public void Dispose() => _bundles.Dispose();

    [Fact]
    public async Task Under_a_pipeline_at_1_kHz_windows_in_are_decisions_out_and_every_record_tells_its_version()
    {
        using var broker = MosquittoBroker.Start();
        await using var subscriber = await Subscriber.StartAsync(broker.Port);
        using var device = new DeviceFolder(broker.Port);
        device.AddPipeline("shuttle", Pipeline(device, 512));
        string[] inTurn = ["1.1.0", "1.2.0", "1.3.0"], atOnce = ["2.0.0", "2.1.0", "2.2.0", "2.3.0"];
        var configuration = device.Write();
        foreach (var version in (string[])["1.0.0", .. inTurn, .. atOnce]) await InstallAsync(configuration, version, version is "1.0.0");

        await using var daemon = Daemon.Start(configuration);
        await daemon.WaitUntilAsync("runs", status => status.GetProperty("pipelines")[0].GetProperty("windows").GetInt64() > 100);
        foreach (var version in inTurn)
        {
            var run = await ProgramRun.StartAsync(PublishedPrograms.EdgeRunner, "model", "activate", "shuttle-forest", version, "--json", "--config", configuration);
            Assert.True(run.ExitCode == 0, run.Output + run.Errors);
            var swap = JsonDocument.Parse(run.Output).RootElement.GetProperty("pipelines")[0];
            // A thread that waits two seconds for a busy disk to take its records comes late to its window boundary, but it comes.
            if (swap.GetProperty("outcome").GetString() is "pending")
                swap = (await daemon.WaitUntilAsync("the late swap", status => LastSwap(status).GetProperty("outcome").GetString() is "swapped")).GetProperty("pipelines")[0].GetProperty("lastSwap");
            Assert.Equal(("swapped", "beside"), (swap.GetProperty("outcome").GetString(), swap.GetProperty("mode").GetString()));
            Assert.True(swap.GetProperty("loadMs").GetDouble() > 0 && swap.GetProperty("warmUpMs").GetDouble() > 0 && swap.GetProperty("pauseUs").GetDouble() > 0);
        }

        using (var caller = new ControlSocketCaller(device.File("run/edgerunner.sock")))
        {
            var reports = await Task.WhenAll(atOnce.Select(version => caller.ActivateAsync("shuttle-forest", version)));
            Assert.All(reports, report => Assert.True(report.GetProperty("activated").GetBoolean(), report.ToString()));
        }

        await subscriber.WaitUntilAsync("the report with the last version", s => LastReport(s) is { } report && Active(report) is { } active && Model(report) == $"shuttle-forest {active}" && active.StartsWith("2.", StringComparison.Ordinal));
        await daemon.WaitUntilAsync("enough windows to judge by", status => status.GetProperty("pipelines")[0].GetProperty("windows").GetInt64() > 500);
        daemon.Terminate();
        Assert.Equal(0, await daemon.WaitForExitAsync(TimeSpan.FromSeconds(60)));
        await RobustnessTests.FinishAsync(configuration, subscriber);
        var windows = subscriber.Records("shuttle").Where(record => record.GetProperty("pipeline").GetString() == "shuttle").ToList();
        Assert.True(windows.Count > 500, $"only {windows.Count} windows: the test did not test");
        Assert.Equal(Enumerable.Range(1, windows.Count), windows.Select(record => record.GetProperty("window").GetInt32()));
        Assert.Equal(Enumerable.Range(1, windows.Count), windows.Select(record => record.GetProperty("endFrame").GetInt32()));
        Assert.All(windows, record => Assert.False(record.TryGetProperty("valid", out _)));

        // Each version serves once, in one piece; those in turn in their order, those in flight together in any.
        var pieces = windows.Select(record => record.GetProperty("version").GetString()!).Aggregate(new List<string>(), (seen, version) =>
        {
            if (seen.Count == 0 || seen[^1] != version) seen.Add(version);
            return seen;
        });
        Assert.Equal(["1.0.0", .. inTurn], pieces.Take(4));
        Assert.Equal(pieces.Count, pieces.Distinct(StringComparer.Ordinal).Count());
        Assert.All(pieces.Skip(4), version => Assert.Contains(version, atOnce));
        var swaps = subscriber.Records("event").Where(record => record.GetProperty("kind").GetString() == "swap").ToList();
        Assert.Equal(7, swaps.Count(record => record.GetProperty("outcome").GetString() == "swapped"));

        static JsonElement LastSwap(JsonElement status) => status.GetProperty("pipelines")[0].GetProperty("lastSwap");
        static JsonElement? LastReport(Subscriber s) => s.Messages.LastOrDefault(message => message.Topic.EndsWith("/report", StringComparison.Ordinal)) is { Topic: not null } found ? found.Payload : null;
        static string? Active(JsonElement report) => report.GetProperty("models")[0].GetProperty("active").GetString();
        static string? Model(JsonElement report) => report.GetProperty("pipelines")[0].GetProperty("model").GetString();
    }

    [Fact]
    public async Task Memory_after_a_hundred_swaps_is_that_after_five_and_after_four_hundred_that_after_a_hundred()
    {
        using var device = new DeviceFolder(brokerPort: 1);
        device.AddPipeline("shuttle", Pipeline(device, 512));
        // Without records: the outbox fills while there is no broker, and that is not what is measured.
        device.Configuration["pipelines"]!["shuttle"]!["telemetry"] = new JsonObject { ["windows"] = "none" };
        device.Configuration["logging"] = new JsonObject { ["level"] = "debug" };
        var configuration = device.Write();
        await InstallAsync(configuration, "1.0.0", activate: true);
        await InstallAsync(configuration, "1.1.0", activate: false);

        // Heaps that grow for speed before they are looked through, one for each thread, are no leak and hide one: few and small ones show what stays.
        var tight = new Dictionary<string, string?> { ["MALLOC_ARENA_MAX"] = "1", ["DOTNET_GCgen0size"] = "40000" };
        await using var daemon = Daemon.Start(configuration, tight);
        // What the start needed is given back once, a second after it: 3 MB that would go in the middle of the first swaps or after them, as it comes.
        await daemon.WaitUntilAsync("runs, and the start is over", status => status.GetProperty("pipelines")[0].GetProperty("windows").GetInt64() > 0 && daemon.Log.Contains("Memory trimmed", StringComparison.Ordinal));
        using var caller = new ControlSocketCaller(device.File("run/edgerunner.sock"));
        var swaps = 0;
        var five = await SwapUntilAsync(5);
        var hundred = await SwapUntilAsync(100);
        var fourHundred = await SwapUntilAsync(400);

        // Pages of files come and go with the kernel's cache; what grows is the process's own memory.
        Assert.True(hundred <= five * 1.05, $"{five} KiB own after 5 swaps, {hundred} KiB after 100");
        Assert.True(fourHundred <= hundred * 1.05, $"{hundred} KiB own after 100 swaps, {fourHundred} KiB after 400");

        // The median around that swap.
        async Task<double> SwapUntilAsync(int last)
        {
            var samples = new List<double>();
            while (swaps < last + 2)
            {
                var report = await caller.ActivateAsync("shuttle-forest", ++swaps % 2 == 0 ? "1.0.0" : "1.1.0");
                Assert.True(report.GetProperty("activated").GetBoolean(), report.ToString());
                if (swaps >= last - 2) samples.Add(await SettledKibibytesAsync(daemon.ProcessId));
            }

            return Median(samples);
        }
    }

    [Fact]
    public async Task Killed_in_the_middle_of_a_swap_the_daemon_starts_again_on_a_whole_version()
    {
        using var device = new DeviceFolder(brokerPort: 1);
        device.AddPipeline("shuttle", Pipeline(device, 512));
        var configuration = device.Write();
        await InstallAsync(configuration, "1.0.0", activate: true);
        await InstallAsync(configuration, "1.1.0", activate: false);
        var random = new Random(20261121);
        var seen = new List<string>();
        for (var round = 0; round < 8; round++)
        {
            await using var daemon = Daemon.Start(configuration);
            var status = await daemon.WaitUntilAsync("runs", s => s.GetProperty("pipelines")[0].GetProperty("decisions").GetInt64() > 0);
            seen.Add(status.GetProperty("pipelines")[0].GetProperty("model").GetString()!);
            using var caller = new ControlSocketCaller(device.File("run/edgerunner.sock"));
            var activation = caller.ActivateAsync("shuttle-forest", seen[^1] == "shuttle-forest 1.0.0" ? "1.1.0" : "1.0.0");
            await Task.Delay(random.Next(0, 60));
            daemon.Kill();
            await daemon.WaitForExitAsync(TimeSpan.FromSeconds(60));
            await Assert.ThrowsAnyAsync<Exception>(async () =>
            {
                await activation;
                throw new InvalidOperationException("it was quicker than the kill");
            });
        }

        Assert.All(seen, model => Assert.Contains(model, (string[])["shuttle-forest 1.0.0", "shuttle-forest 1.1.0"]));
    }

    [Fact]
    public async Task Activation_is_refused_in_words_by_a_daemon_that_runs_and_only_written_down_when_none_does()
    {
        using var device = new DeviceFolder(brokerPort: 1);
        device.AddPipeline("shuttle", Pipeline(device, 512));
        var configuration = device.Write();
        await InstallAsync(configuration, "1.0.0", activate: true);
        var written = await ActivateAsync("1.0.0");
        Assert.Equal((0, "shuttle-forest 1.0.0 is in use: no daemon runs; its pipelines use it from their next start\n"), (written.ExitCode, written.Output));
        Assert.Equal(1, (await ActivateAsync("9.0.0")).ExitCode);
        var misspelt = await ProgramRun.StartAsync(PublishedPrograms.EdgeRunner, "model", "list", "--config", configuration + "x");
        Assert.Equal((2, true), (misspelt.ExitCode, misspelt.Errors.Contains($"--config {configuration}x: no such file", StringComparison.Ordinal)));
        var unknown = await ActivateAsync("9.0.0", "--json");
        Assert.Equal(1, unknown.ExitCode);
        var answer = JsonDocument.Parse(unknown.Output).RootElement;
        Assert.False(answer.GetProperty("activated").GetBoolean());
        Assert.Contains("shuttle-forest 9.0.0", answer.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal($"edgerunner: {answer.GetProperty("reason").GetString()}\n", unknown.Errors);

        await using (var daemon = Daemon.Start(configuration))
        {
            await daemon.WaitUntilAsync("runs", s => s.GetProperty("pipelines")[0].GetProperty("decisions").GetInt64() > 0);
            var missing = await ActivateAsync("9.0.0");
            Assert.Equal((1, "shuttle-forest 9.0.0 was refused, the version before stays in use: shuttle-forest has no version 9.0.0; installed: 1.0.0\n"), (missing.ExitCode, missing.Output));

            // Installing is activating: the swap is told of, too. Labels of another number do not fit the scores.
            var installed = await ProgramRun.StartAsync(PublishedPrograms.EdgeRunner, "model", "install", await PackAsync("1.1.0"), "--activate", "--config", configuration);
            Assert.True(installed.ExitCode == 0, installed.Errors);
            Assert.Contains("shuttle   swapped beside  shuttle-forest 1.0.0", installed.Output, StringComparison.Ordinal);
            var misfit = await ProgramRun.StartAsync(
                PublishedPrograms.EdgeRunner, "model", "install", await PackAsync("1.2.0", manifest => manifest.Replace("\"x\"", "\"sensors\"", StringComparison.Ordinal).Replace("{ \"sensors\": \"sensors\" }", "{ \"x\": \"sensors\" }", StringComparison.Ordinal)),
                "--json", "--config", configuration);
            Assert.Equal(1, misfit.ExitCode);
            var output = JsonDocument.Parse(misfit.Output).RootElement;
            Assert.False(output.GetProperty("active").GetBoolean());
            Assert.Equal("refused", output.GetProperty("activation").GetProperty("pipelines")[0].GetProperty("outcome").GetString());
            Assert.Contains("window.input is \"x\", but the model has no such input; expected one of sensors", output.GetProperty("activation").GetProperty("reason").GetString(), StringComparison.Ordinal);

            var status = (await daemon.StatusAsync())!.Value.GetProperty("pipelines")[0];
            Assert.Equal("shuttle-forest 1.1.0", status.GetProperty("model").GetString());
            Assert.Equal("shuttle-forest 1.0.0", status.GetProperty("previous").GetString());
            Assert.Equal("refused", status.GetProperty("lastSwap").GetProperty("outcome").GetString());
        }

        Assert.Contains("swap refused shuttle-forest 1.1.0 -> shuttle-forest 1.2.0", await File.ReadAllTextAsync(device.StatusLog), StringComparison.Ordinal);

        Task<ProgramRun> ActivateAsync(string version, params string[] options) =>
            ProgramRun.StartAsync(PublishedPrograms.EdgeRunner, ["model", "activate", "shuttle-forest", version, "--config", configuration, .. options]);
    }

    [Fact]
    public async Task Model_that_hangs_does_not_hang_the_daemon()
    {
        using var device = new DeviceFolder(brokerPort: 1);
        var directory = Directory.CreateDirectory(_bundles.File("loop")).FullName;
        File.Copy(Path.Combine(TestPaths.RepositoryRoot, "tests", "assets", "models", "tiny", "loop.onnx"), Path.Combine(directory, "loop.onnx"));
        await File.WriteAllTextAsync(Path.Combine(directory, "model.json"), """
            { "format": 1, "name": "loop", "version": "1.0.0", "license": "MIT",
              "inputs": [{ "name": "x", "type": "float32", "shape": [1] }], "outputs": [{ "name": "y", "type": "float32", "shape": [1] }],
              "graph": [{ "step": "onnx", "name": "loop", "file": "loop.onnx", "inputs": { "x": "x" }, "outputs": { "y": "y" } }] }
            """);
        var bundle = _bundles.File("loop.ermodel");
        var pack = await ProgramRun.StartAsync(PublishedPrograms.EdgeFleet, "model", "pack", directory, "-o", bundle);
        Assert.True(pack.ExitCode == 0, pack.Errors);
        await File.WriteAllTextAsync(device.File("endless.csv"), "x\n1\n1e12\n1e12\n1e12\n");
        var hangs = new JsonObject
        {
            ["source"] = new JsonObject { ["kind"] = "replay", ["file"] = device.File("endless.csv"), ["format"] = "csv", ["sampleRateHz"] = 100 },
            ["window"] = new JsonObject { ["length"] = 1 },
            ["model"] = new JsonObject { ["bundle"] = bundle },
            ["decision"] = new JsonObject { ["kind"] = "threshold", ["label"] = "on", ["safe"] = "on" },
            ["overload"] = "block",
        };
        var cutOff = hangs.DeepClone().AsObject();
        cutOff["guard"] = new JsonObject { ["runTimeoutMs"] = 200, ["maxConsecutiveTimeouts"] = 3 };
        hangs["guard"] = new JsonObject { ["runTimeoutMs"] = 0 };
        device.AddPipeline("hangs", hangs);
        device.AddPipeline("cut-off", cutOff);

        await using var daemon = Daemon.Start(device.Write());
        var status = await daemon.WaitUntilAsync("one is turned off, the other hangs", s => Pipeline(s, "cut-off").GetProperty("guard").GetProperty("turnedOff").GetInt64() == 1 && Pipeline(s, "hangs").GetProperty("windows").GetInt64() == 2);
        var guard = Pipeline(status, "cut-off").GetProperty("guard");
        Assert.Equal((3, "on"), (guard.GetProperty("timeouts").GetInt64(), guard.GetProperty("safeLabel").GetString()));

        daemon.Terminate();
        Assert.Equal(0, await daemon.WaitForExitAsync(TimeSpan.FromSeconds(60)));

        static JsonElement Pipeline(JsonElement status, string name) => status.GetProperty("pipelines").EnumerateArray().Single(pipeline => pipeline.GetProperty("name").GetString() == name);
    }

    private static JsonObject Pipeline(DeviceFolder device, int rows)
    {
        var lines = File.ReadAllLines(DeviceFolder.DemoData("shuttle.csv"));
        var data = lines.Skip(1).ToList();
        File.WriteAllLines(device.File("shuttle.csv"), [lines[0], .. Enumerable.Range(0, rows).Select(row => data[row % data.Count])]);
        var pipeline = DeviceFolder.Shuttle(1_000, loop: true);
        pipeline["source"]!["file"] = device.File("shuttle.csv");
        pipeline["model"] = "shuttle-forest";
        // A busy machine may make it late, but must not make it skip.
        pipeline["overload"] = "block";
        pipeline["telemetry"]!["whenFull"] = "block";
        return pipeline;
    }

    private async Task InstallAsync(string configuration, string version, bool activate)
    {
        var install = await ProgramRun.StartAsync(PublishedPrograms.EdgeRunner, "model", "install", await PackAsync(version), activate ? "--activate" : "--no-activate", "--config", configuration);
        Assert.True(install.ExitCode == 0, install.Errors);
    }

    /// <summary>The demo's forest, under another version.</summary>
    private async Task<string> PackAsync(string version, Func<string, string>? change = null)
    {
        var bundle = _bundles.File($"{version}.ermodel");
        if (File.Exists(bundle)) return bundle;
        var directory = Directory.CreateDirectory(_bundles.File(version)).FullName;
        foreach (var file in Directory.GetFiles(Path.Combine(TestPaths.RepositoryRoot, "device-configs", "demo", "models", "shuttle-forest"))) File.Copy(file, Path.Combine(directory, Path.GetFileName(file)));
        var manifest = Path.Combine(directory, "model.json");
        var text = (await File.ReadAllTextAsync(manifest)).Replace("\"version\": \"1.0.0\"", $"\"version\": \"{version}\"", StringComparison.Ordinal);
        await File.WriteAllTextAsync(manifest, change is null ? text : change(text));
        var pack = await ProgramRun.StartAsync(PublishedPrograms.EdgeFleet, "model", "pack", directory, "-o", bundle);
        Assert.True(pack.ExitCode == 0, pack.Errors);
        return bundle;
    }

    // What stays: right after a swap the version before and what loading took are still being given back.
    private static async Task<double> SettledKibibytesAsync(int processId)
    {
        var lowest = double.MaxValue;
        for (var look = 0; look < 10; look++)
        {
            await Task.Delay(50);
            lowest = Math.Min(lowest, AnonymousKibibytes(processId));
        }

        return lowest;
    }

    // Not the PSS: its share of the libraries' pages grows whenever another test's daemon ends.
    private static double AnonymousKibibytes(int processId) => double.Parse(
        File.ReadLines($"/proc/{processId}/smaps_rollup").First(line => line.StartsWith("Anonymous:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
