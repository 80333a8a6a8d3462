using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EdgeRunner.EndToEnd;

/// <summary>Bad input of every kind to the published binaries: the message has the place, the value and what would be right, and the rest goes on.</summary>
public sealed class BadInputTests
{
    [Fact]
    public async Task Configuration_with_errors_only_exits_78_and_names_each_key_value_and_what_is_right()
    {
        using var directory = new TempDirectory();
        var file = directory.File("edgerunner.json");
        await File.WriteAllTextAsync(file, """{"devce":{"id":"a"},"broker":{"port":"x"},"pipelines":{"s":{"sorce":{}}}}""");

        foreach (var command in new[] { new[] { "run" }, ["config", "check"] })
        {
            var run = await ProgramRun.StartAsync(PublishedPrograms.EdgeRunner, [.. command, "--config", file]);
            Assert.Equal(78, run.ExitCode);
            var text = run.Output + run.Errors;
            Assert.Contains($"{file}:1: devce: unknown key; did you mean \"device\"?", text, StringComparison.Ordinal);
            Assert.Contains($"{file}:1: broker.port: \"x\" is not allowed; expected a whole number, 1 to 65535", text, StringComparison.Ordinal);
            Assert.Contains("nothing can run: the only pipeline, s, has errors", text, StringComparison.Ordinal);
        }

        var json = await ProgramRun.StartAsync(PublishedPrograms.EdgeRunner, "config", "check", "--json", "--config", file);
        Assert.Equal(78, json.ExitCode);
        using var parsed = JsonDocument.Parse(json.Output);
        Assert.False(parsed.RootElement.GetProperty("valid").GetBoolean());
    }

    [Theory]
    [InlineData(null, "no such file; give another with --config FILE")]
    [InlineData("{\"device\":", "edgerunner.json:1: not valid JSON")]
    public async Task Configuration_that_is_missing_or_no_json_exits_78(string? content, string message)
    {
        using var directory = new TempDirectory();
        var file = directory.File("edgerunner.json");
        if (content is not null) await File.WriteAllTextAsync(file, content);
        var run = await ProgramRun.StartAsync(PublishedPrograms.EdgeRunner, "run", "--config", file);
        Assert.Equal(78, run.ExitCode);
        Assert.Contains(message, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pipeline_with_a_bad_configuration_is_disabled_with_its_reason_and_the_good_one_runs()
    {
        var bad = DeviceFolder.Shuttle(100, loop: true);
        bad["window"]!["length"] = "many";
        await WithGoodPipelineAsync(bad, "disabled", "pipelines.bad.window.length: \"many\" is not allowed");
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("flipped")]
    [InlineData("missing")]
    public async Task Pipeline_with_a_damaged_bundle_fails_with_its_reason_and_the_good_one_runs(string damage)
    {
        using var directory = new TempDirectory();
        var bytes = await File.ReadAllBytesAsync(DeviceFolder.Bundle("shuttle-forest"));
        if (damage == "flipped") bytes[bytes.Length / 2] ^= 1;
        var file = directory.File("damaged.ermodel");
        if (damage != "missing") await File.WriteAllBytesAsync(file, damage == "cut" ? bytes[..(bytes.Length / 2)] : bytes);
        var bad = DeviceFolder.Shuttle(100, loop: true);
        bad["model"]!["bundle"] = file;
        await WithGoodPipelineAsync(bad, "failed", "damaged.ermodel");
    }

    [Theory]
    [InlineData("prints rubbish", "echo not,a,number; exec sleep 1000", "printed nothing that makes a frame for 1000 ms")]
    [InlineData("never prints", "exec sleep 1000", "printed nothing for 1000 ms")]
    [InlineData("dies at once", "echo the sensor is unplugged >&2; exit 3", "ended with exit code 3: the sensor is unplugged")]
    [InlineData("floods stderr", "head -c 20000000 /dev/zero | tr '\\0' x >&2; echo >&2; echo last words >&2; exit 4", "ended with exit code 4: last words")]
    public async Task Program_that_misbehaves_degrades_its_pipeline_with_the_reason_and_the_good_one_runs(string what, string script, string message)
    {
        Assert.NotEmpty(what);
        await WithGoodPipelineAsync(Exec("/bin/sh", "-c", script), "degraded", message);
    }

    [Fact]
    public Task Program_that_does_not_exist_degrades_its_pipeline_with_its_path_and_the_good_one_runs() =>
        WithGoodPipelineAsync(Exec("/nowhere/sensor"), "degraded", "/nowhere/sensor cannot be started");

    [Fact]
    public async Task Missing_ONNX_Runtime_fails_the_pipeline_with_the_way_to_mend_it_and_the_daemon_lives()
    {
        using var device = new DeviceFolder(1);
        device.AddPipeline("shuttle", DeviceFolder.Shuttle(100, loop: true));
        await using var daemon = Daemon.Start(device.Write(), new Dictionary<string, string?> { ["EDGERUNNER_ONNXRUNTIME"] = "/nowhere/libonnxruntime.so" });
        var status = await daemon.WaitUntilAsync("failed", s => State(s, "pipeline shuttle") == "failed");
        Assert.Contains("/nowhere/libonnxruntime.so", Reason(status, "pipeline shuttle"), StringComparison.Ordinal);
        Assert.False(daemon.HasExited);
        daemon.Terminate();
        Assert.Equal(0, await daemon.WaitForExitAsync(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task Outbox_that_is_garbage_is_quarantined_and_records_flow_with_a_new_epoch()
    {
        using var broker = MosquittoBroker.Start();
        await using var subscriber = await Subscriber.StartAsync(broker.Port);
        using var device = new DeviceFolder(broker.Port);
        device.AddPipeline("shuttle", DeviceFolder.Shuttle(100, loop: true));
        Directory.CreateDirectory(device.File("state/telemetry"));
        var garbage = new byte[20_000];
        new Random(1).NextBytes(garbage);
        await File.WriteAllBytesAsync(device.File("state/telemetry/outbox.db"), garbage);

        await using var daemon = Daemon.Start(device.Write());
        await subscriber.WaitUntilAsync("records", s => s.Records("shuttle").Count > 20);
        var status = (await daemon.StatusAsync())!.Value;
        Assert.Equal(1, status.GetProperty("telemetry").GetProperty("quarantined").GetInt64());
        Assert.Contains(status.GetProperty("telemetry").GetProperty("epoch").GetString()!, subscriber.SequencesByEpoch().Keys);
        Assert.Equal(garbage, await File.ReadAllBytesAsync(Assert.Single(Directory.GetFiles(device.File("state/telemetry/quarantine"), "*.db"))));
    }

    [Theory]
    [InlineData("cut", "model.onnx: not an ONNX model")]
    [InlineData("garbage", "model.onnx: not an ONNX model")]
    [InlineData("empty", "model.onnx: not an ONNX model")]
    [InlineData("name", "expected one of the inputs of model.onnx: \"x\", found \"y\"")]
    [InlineData("type", "expected float32[?, 9] for input \"x\" of model.onnx, found float64[1, 9]")]
    [InlineData("rank", "expected float32[?, 9] for input \"x\" of model.onnx, found float32[1, 3, 3]")]
    public async Task Pack_refuses_a_bad_model_and_writes_nothing(string damage, string message)
    {
        using var directory = new TempDirectory();
        var source = Path.Combine(TestPaths.RepositoryRoot, "device-configs", "demo", "models", "shuttle-forest");
        foreach (var file in Directory.GetFiles(source)) File.Copy(file, directory.File(Path.GetFileName(file)));
        var (model, manifest) = (directory.File("model.onnx"), directory.File("model.json"));
        var onnx = await File.ReadAllBytesAsync(model);
        var json = await File.ReadAllTextAsync(manifest);
        var garbage = new byte[5000];
        new Random(1).NextBytes(garbage);
        await File.WriteAllBytesAsync(model, damage switch { "cut" => onnx[..100_000], "garbage" => garbage, "empty" => [], _ => onnx });
        await File.WriteAllTextAsync(manifest, damage switch
        {
            "name" => json.Replace("{ \"x\": \"x\" }", "{ \"y\": \"x\" }", StringComparison.Ordinal),
            "type" => json.Replace("\"float32\", \"shape\": [1, 9]", "\"float64\", \"shape\": [1, 9]", StringComparison.Ordinal),
            "rank" => json.Replace("\"shape\": [1, 9]", "\"shape\": [1, 3, 3]", StringComparison.Ordinal),
            _ => json,
        });

        var run = await ProgramRun.StartAsync(PublishedPrograms.EdgeFleet, "model", "pack", directory.Path, "-o", directory.File("out.ermodel"));
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(message, run.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(directory.File("out.ermodel")));
    }

    [Fact]
    public async Task Wav_that_lies_about_its_length_is_played_as_far_as_it_goes()
    {
        using var device = new DeviceFolder(1);
        var wav = new byte[44 + (576 * 2 * 20)];
        "RIFF"u8.CopyTo(wav);
        "WAVEfmt "u8.CopyTo(wav.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(22), 1);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(24), 16000);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(28), 32000);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(32), 2);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(34), 16);
        "data"u8.CopyTo(wav.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(40), 1_000_000_000);
        await File.WriteAllBytesAsync(device.File("lies.wav"), wav);
        var speech = DeviceFolder.Speech();
        speech["source"] = new JsonObject { ["kind"] = "replay", ["file"] = device.File("lies.wav"), ["pace"] = "as-fast-as-possible" };
        device.AddPipeline("speech", speech);

        await using var daemon = Daemon.Start(device.Write());
        var status = await daemon.WaitUntilAsync("ended", s => State(s, "pipeline speech") == "ended");
        Assert.Equal(576 * 20 / 512, status.GetProperty("pipelines")[0].GetProperty("windows").GetInt64());
        Assert.Contains("claims 1000000000 bytes of samples, the file has 23040", Reason(status, "pipeline speech"), StringComparison.Ordinal);
    }

    /// <summary>Runs the bad pipeline beside a good one: the bad one gets the state and reason, the good one goes on deciding.</summary>
    private static async Task WithGoodPipelineAsync(JsonObject bad, string state, string message)
    {
        using var device = new DeviceFolder(1);
        device.AddPipeline("good", DeviceFolder.Shuttle(100, loop: true));
        device.AddPipeline("bad", bad);
        await using var daemon = Daemon.Start(device.Write());
        var status = await daemon.WaitUntilAsync(
            $"{state}: {message}", s => State(s, "pipeline bad") == state && Reason(s, "pipeline bad").Contains(message, StringComparison.Ordinal));
        var before = Decisions(status);
        await daemon.WaitUntilAsync("the good one goes on", s => Decisions(s) > before + 20);
    }

    private static JsonObject Exec(params string[] command) => new()
    {
        ["source"] = new JsonObject
        {
            ["kind"] = "exec",
            ["command"] = new JsonArray([.. command.Select(word => JsonValue.Create(word))]),
            ["format"] = "csv",
            ["channels"] = 9,
            ["sampleRateHz"] = 10,
            ["silenceTimeoutMs"] = 1000,
        },
        ["window"] = new JsonObject { ["input"] = "x", ["length"] = 1 },
        ["model"] = new JsonObject { ["bundle"] = DeviceFolder.Bundle("shuttle-forest") },
        ["decision"] = new JsonObject { ["kind"] = "argmax", ["output"] = "label" },
    };

    private static long Decisions(JsonElement status) =>
        status.GetProperty("pipelines").EnumerateArray().Single(pipeline => pipeline.GetProperty("name").GetString() == "good").GetProperty("decisions").GetInt64();

    private static string? State(JsonElement status, string component) => Find(status, component)?.GetProperty("state").GetString();

    private static string Reason(JsonElement status, string component) => Find(status, component)?.GetProperty("reason").GetString() ?? "";

    private static JsonElement? Find(JsonElement status, string component)
    {
        foreach (var entry in status.GetProperty("components").EnumerateArray())
        {
            if (entry.GetProperty("component").GetString() == component) return entry;
        }

        return null;
    }
}
