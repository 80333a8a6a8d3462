using System.Text.Json;
using System.Text.Json.Nodes;

namespace EdgeRunner.EndToEnd;

/// <summary>What a person types: every command of the published binaries, its text, its JSON and its exit code.</summary>
public sealed class CommandTests
{
    [Fact]
    public async Task Packed_bundle_is_verified_shown_installed_and_listed()
    {
        using var device = new DeviceFolder(1);
        device.Write();
        var bundle = device.File("shuttle.ermodel");
        var pack = Json(await FleetAsync("model", "pack", ModelSource, "-o", bundle, "--json"));
        Assert.Equal("shuttle-forest", pack.GetProperty("name").GetString());

        var verify = Json(await RunAsync("model", "verify", bundle, "--json"));
        Assert.True(verify.GetProperty("valid").GetBoolean());
        Assert.Equal(pack.GetProperty("sha256").GetString(), verify.GetProperty("sha256").GetString());
        Assert.Equal(256, verify.GetProperty("golden")[0].GetProperty("runs").GetInt32());
        Assert.EndsWith("valid\n", (await RunAsync("model", "verify", bundle)).Output, StringComparison.Ordinal);

        Assert.Equal("shuttle-forest", Json(await RunAsync("model", "show", bundle, "--json")).GetProperty("name").GetString());
        Assert.Contains("input   x float32[1, 9]", (await RunAsync("model", "show", bundle)).Output, StringComparison.Ordinal);
        Assert.Matches(@"▼ \S+: onnx model\.onnx +[0-9.]+ µs +100 %", (await RunAsync("model", "show", bundle, "--time")).Output);
        var step = Json(await RunAsync("model", "show", bundle, "--json")).GetProperty("steps")[0];
        Assert.Equal(("onnx", 9), (step.GetProperty("kind").GetString(), step.GetProperty("inputs")[0].GetProperty("shape")[1].GetInt32()));

        Assert.Equal(0, Json(await RunAsync("model", "list", "--json", "--config", device.ConfigurationFile)).GetArrayLength());
        Assert.True(Json(await RunAsync("model", "install", bundle, "--json", "--config", device.ConfigurationFile)).GetProperty("active").GetBoolean());
        var listed = Json(await RunAsync("model", "list", "--json", "--config", device.ConfigurationFile));
        Assert.Equal("1.0.0", listed[0].GetProperty("version").GetString());
        Assert.Equal(0, (await RunAsync("model", "show", "shuttle-forest", "--config", device.ConfigurationFile)).ExitCode);
    }

    [Fact]
    public async Task What_root_installs_by_hand_belongs_to_the_user_of_the_daemon()
    {
        // Under systemd the state directory belongs to a user of its own. What 'sudo edgerunner model install' made there was root's, and that daemon could take no release any more.
        using var device = new DeviceFolder(1);
        device.Write();
        string[] sudo = Environment.IsPrivilegedProcess ? [] : ["sudo", "-n"];
        Task<ProgramRun> AsRootAsync(params string[] words) => ProgramRun.StartAsync("env", [.. sudo, .. words]);
        try
        {
            Assert.Equal(0, (await AsRootAsync("install", "-d", "-o", "4711", "-g", "4712", device.File("state"))).ExitCode);
            foreach (var command in (string[][])[["model", "install", DeviceFolder.Bundle("shuttle-forest")], ["model", "pin", "shuttle-forest"], ["model", "activate", "shuttle-forest", "1.0.0"]])
            {
                var run = await AsRootAsync([PublishedPrograms.EdgeRunner, .. command, "--config", device.ConfigurationFile]);
                Assert.True(run.ExitCode == 0, run.Errors);
            }

            var all = await AsRootAsync("find", device.File("state"), "-mindepth", "1", "-printf", "%U:%G %P\n");
            Assert.Contains("4711:4712 models/shuttle-forest/1.0.0.ermodel", all.Output, StringComparison.Ordinal);
            Assert.All(all.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.StartsWith("4711:4712 ", line, StringComparison.Ordinal));
        }
        finally
        {
            await AsRootAsync("rm", "-rf", device.File("state"));
        }
    }

    [Theory]
    [InlineData("digits_mlp", "x", 64, 10)]
    [InlineData("iris_forest", "x", 4, 3)]
    [InlineData("shuttle_forest", "x", 9, 7)]
    public async Task Infer_gives_the_answer_of_scikit_learn(string model, string input, int width, int classes)
    {
        using var directory = new TempDirectory();
        Directory.CreateDirectory(directory.File("m"));
        File.Copy(TestPaths.Model(model), directory.File("m/model.onnx"));
        var name = model.Replace('_', '-');
        await File.WriteAllTextAsync(directory.File("m/model.json"), $$"""
            { "format": 1, "name": "{{name}}", "version": "1.0.0", "license": "Apache-2.0",
              "inputs": [ { "name": "{{input}}", "type": "float32", "shape": [1, {{width}}] } ],
              "outputs": [ { "name": "label", "type": "int64", "shape": [1] }, { "name": "probabilities", "type": "float32", "shape": [1, {{classes}}] } ],
              "graph": [ { "step": "onnx", "name": "model", "file": "model.onnx", "inputs": { "x": "{{input}}" }, "outputs": { "label": "label", "probabilities": "probabilities" } } ] }
            """);
        Json(await FleetAsync("model", "pack", directory.File("m"), "-o", directory.File("b.ermodel"), "--json"));

        // The first row of test_data_set_0; raw_data is the end of the TensorProto in all three.
        var set = TestPaths.Asset("models", model, "test_data_set_0");
        var x = RawData(Path.Combine(set, "input_0.pb"), width * 4);
        await File.WriteAllBytesAsync(directory.File("x.npy"), Npy("<f4", $"(1, {width})", x[..(width * 4)]));
        var result = Json(await RunAsync("infer", "--bundle", directory.File("b.ermodel"), "--input", $"{input}={directory.File("x.npy")}", "--output", directory.File("out"), "--json"));

        Assert.Equal(2, result.GetProperty("outputs").GetArrayLength());
        var label = (await File.ReadAllBytesAsync(directory.File("out/label.npy")))[^8..];
        Assert.Equal(RawData(Path.Combine(set, "output_0.pb"), 8)[..8], label);
        var expected = Floats(RawData(Path.Combine(set, "output_1.pb"), classes * 4)[..(classes * 4)]);
        var found = Floats((await File.ReadAllBytesAsync(directory.File("out/probabilities.npy")))[^(classes * 4)..]);
        for (var i = 0; i < classes; i++) Assert.InRange(found[i], expected[i] - 1e-7 - (1e-3 * Math.Abs(expected[i])), expected[i] + 1e-7 + (1e-3 * Math.Abs(expected[i])));
    }

    [Fact]
    public async Task Infer_says_which_input_does_not_fit()
    {
        using var directory = new TempDirectory();
        await File.WriteAllBytesAsync(directory.File("x.npy"), Npy("<f4", "(1, 3)", new byte[12]));
        var bundle = DeviceFolder.Bundle("shuttle-forest");

        var shape = await RunAsync("infer", "--bundle", bundle, "--input", $"x={directory.File("x.npy")}", "--output", directory.File("out"));
        Assert.Equal(2, shape.ExitCode);
        Assert.Equal($"edgerunner: {directory.File("x.npy")}: float32[1, 3] does not fit float32[1, 9]; the model's input is x float32[1, 9]\n", shape.Errors);
        var missing = await RunAsync("infer", "--bundle", bundle, "--output", directory.File("out"));
        Assert.Equal(2, missing.ExitCode);
        Assert.Contains("no --input for x", missing.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_shows_the_pipelines_as_text_and_as_json()
    {
        using var device = new DeviceFolder(1);
        device.AddPipeline("shuttle", DeviceFolder.Shuttle(100, loop: true));
        await using var daemon = Daemon.Start(device.Write());
        var status = await daemon.WaitUntilAsync("windows", s => s.GetProperty("pipelines").GetArrayLength() == 1 && s.GetProperty("pipelines")[0].GetProperty("windows").GetInt64() > 5);
        Assert.Equal("device-1", status.GetProperty("device").GetString());
        Assert.Equal(daemon.ProcessId, status.GetProperty("processId").GetInt32());

        var text = (await RunAsync("status", "--config", device.ConfigurationFile)).Output;
        Assert.StartsWith("device-1 (test)  edgerunner ", text, StringComparison.Ordinal);
        Assert.Contains("shuttle-forest 1.0.0", text, StringComparison.Ordinal);
        Assert.Contains("not connected", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_without_a_daemon_exits_69_and_shows_its_last_words_and_what_to_do()
    {
        using var device = new DeviceFolder(1);
        device.AddPipeline("shuttle", DeviceFolder.Shuttle(100, loop: true));
        await using (var daemon = Daemon.Start(device.Write()))
        {
            await daemon.WaitUntilAsync("running", s => s.GetProperty("pipelines").GetArrayLength() == 1 && s.GetProperty("pipelines")[0].GetProperty("windows").GetInt64() > 0);
            daemon.Kill();
            await daemon.WaitForExitAsync(TimeSpan.FromSeconds(5));
        }

        var run = await RunAsync("status", "--config", device.ConfigurationFile);
        Assert.Equal(69, run.ExitCode);
        Assert.Contains("systemctl status edgerunner", run.Errors, StringComparison.Ordinal);
        Assert.Contains($"The last lines of {device.StatusLog}:", run.Output, StringComparison.Ordinal);
        Assert.Contains("pipeline shuttle: running", run.Output, StringComparison.Ordinal);
        Assert.Equal(69, (await RunAsync("status", "--json", "--config", device.ConfigurationFile)).ExitCode);
    }

    [Fact]
    public async Task Config_check_and_show_give_values_origins_and_no_secrets()
    {
        using var device = new DeviceFolder(1);
        device.Configuration["broker"]!["username"] = "device-1";
        device.Configuration["broker"]!["passwordFile"] = device.File("password");
        await File.WriteAllTextAsync(device.File("password"), "hunter2\n");
        device.AddPipeline("shuttle", DeviceFolder.Shuttle(100, loop: true));
        var exec = new JsonObject
        {
            ["source"] = new JsonObject { ["kind"] = "exec", ["command"] = new JsonArray("/bin/true"), ["format"] = "csv", ["sampleRateHz"] = 1, ["environment"] = new JsonObject { ["API_TOKEN"] = "hunter2" } },
            ["window"] = new JsonObject { ["input"] = "x", ["length"] = 1 },
            ["model"] = new JsonObject { ["bundle"] = DeviceFolder.Bundle("shuttle-forest") },
            ["decision"] = new JsonObject { ["kind"] = "argmax", ["output"] = "label" },
        };
        device.AddPipeline("program", exec);
        device.Write();

        Assert.True(Json(await RunAsync("config", "check", "--json", "--config", device.ConfigurationFile)).GetProperty("valid").GetBoolean());
        var show = await RunAsync("config", "show", "--config", device.ConfigurationFile);
        var json = await RunAsync("config", "show", "--json", "--config", device.ConfigurationFile);
        Assert.Contains(Json(json).EnumerateArray(), entry => entry.GetProperty("key").GetString() == "device.id" && entry.GetProperty("origin").GetString()!.Contains(device.ConfigurationFile, StringComparison.Ordinal));
        Assert.Contains("API_TOKEN", show.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", show.Output + show.Errors + json.Output + json.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("status", "--bogus")]
    [InlineData("model", "verify")]
    [InlineData("nonsense", "--json")]
    [InlineData("infer", "--json")]
    public async Task Wrong_words_exit_with_2_and_point_to_help(string first, string second)
    {
        var run = await RunAsync(first, second);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--help", run.Errors, StringComparison.Ordinal);
        if (second is "--json") Assert.False(Json(run).GetProperty("done").GetBoolean());
        else Assert.Empty(run.Output);
    }

    [Fact]
    public async Task Both_programs_have_a_version_and_help()
    {
        foreach (var program in new[] { PublishedPrograms.EdgeRunner, PublishedPrograms.EdgeFleet })
        {
            var version = await ProgramRun.StartAsync(program, "--version");
            Assert.Equal(0, version.ExitCode);
            Assert.Matches(@"^\d+\.\d+\.\d+", version.Output);
            var help = await ProgramRun.StartAsync(program, "--help");
            Assert.Equal(0, help.ExitCode);
            Assert.Contains("model", help.Output, StringComparison.Ordinal);
        }
    }

    private static string ModelSource => Path.Combine(TestPaths.RepositoryRoot, "device-configs", "demo", "models", "shuttle-forest");

    private static Task<ProgramRun> RunAsync(params string[] arguments) => ProgramRun.StartAsync(PublishedPrograms.EdgeRunner, arguments);

    private static Task<ProgramRun> FleetAsync(params string[] arguments) => ProgramRun.StartAsync(PublishedPrograms.EdgeFleet, arguments);

    private static JsonElement Json(ProgramRun run)
    {
        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        return JsonDocument.Parse(run.Output).RootElement;
    }

    private static byte[] Npy(string type, string shape, byte[] content)
    {
        var header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}".PadRight(117) + "\n";
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. System.Text.Encoding.ASCII.GetBytes(header), .. content];
    }

    /// <summary>Field 9, <c>raw_data</c>, of a TensorProto whose other fields are few small ones: dims (1), data_type (2), name (8).</summary>
    private static byte[] RawData(string file, int atLeast)
    {
        var bytes = File.ReadAllBytes(file);
        var at = 0;
        while (at < bytes.Length)
        {
            var tag = Varint();
            if ((tag & 7) == 0)
            {
                Varint();
                continue;
            }

            var length = (int)Varint();
            if (tag >> 3 == 9 && length >= atLeast) return bytes[at..(at + length)];
            at += length;
        }

        throw new FormatException($"{file} has no raw_data of {atLeast} bytes");

        long Varint()
        {
            var value = 0L;
            for (var shift = 0; ; shift += 7)
            {
                var next = bytes[at++];
                value |= (long)(next & 0x7F) << shift;
                if (next < 0x80) return value;
            }
        }
    }

    private static float[] Floats(byte[] bytes) => [.. Enumerable.Range(0, bytes.Length / 4).Select(i => BitConverter.ToSingle(bytes, i * 4))];
}
