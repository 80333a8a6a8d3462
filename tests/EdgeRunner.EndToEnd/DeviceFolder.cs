using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EdgeRunner.EndToEnd;

/// <summary>A device in a temporary directory: its configuration, stores and sockets.</summary>
internal sealed class DeviceFolder : IDisposable
{
    private readonly TempDirectory _directory = new();

    public DeviceFolder(int brokerPort)
    {
        Configuration = new JsonObject
        {
            ["device"] = new JsonObject { ["id"] = "device-1", ["fleet"] = "test" },
            ["broker"] = new JsonObject { ["host"] = "127.0.0.1", ["port"] = brokerPort },
            ["storage"] = new JsonObject
            {
                ["stateDirectory"] = _directory.File("state"),
                ["runtimeDirectory"] = _directory.File("run"),
                ["cacheDirectory"] = _directory.File("cache"),
                ["logDirectory"] = _directory.File("log"),
            },
            ["telemetry"] = new JsonObject { ["commitIntervalMs"] = 50 },
            ["pipelines"] = new JsonObject(),
        };
    }

    public JsonObject Configuration { get; }

    public string ConfigurationFile => _directory.File("edgerunner.json");

    public string File(string name) => _directory.File(name);

    public string StatusLog => _directory.File("log/status.log");

    public void AddPipeline(string name, JsonObject pipeline) => Configuration["pipelines"]![name] = pipeline;

    public string Write()
    {
        System.IO.File.WriteAllText(ConfigurationFile, Configuration.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        return ConfigurationFile;
    }

    /// <summary>Shuttle rows, endlessly, at <paramref name="rowsPerSecond"/>; each row one window, one decision, one record.</summary>
    public static JsonObject Shuttle(double rowsPerSecond, bool loop, string pace = "real-time") => new()
    {
        ["source"] = new JsonObject
        {
            ["kind"] = "replay",
            ["file"] = DemoData("shuttle.csv"),
            ["format"] = "csv",
            ["columns"] = new JsonArray("v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9"),
            ["sampleRateHz"] = rowsPerSecond,
            ["pace"] = pace,
            ["loop"] = loop,
        },
        ["window"] = new JsonObject { ["input"] = "x", ["length"] = 1 },
        ["model"] = new JsonObject { ["bundle"] = Bundle("shuttle-forest") },
        ["decision"] = new JsonObject { ["kind"] = "argmax", ["output"] = "label" },
        ["telemetry"] = new JsonObject { ["stream"] = "shuttle", ["windows"] = "all" },
    };

    /// <summary>Silero on the recording, as fast as possible.</summary>
    public static JsonObject Speech() => new()
    {
        ["source"] = new JsonObject
        {
            ["kind"] = "replay",
            ["file"] = "/usr/share/pocketsphinx/test/data/goforward.raw",
            ["format"] = "raw",
            ["sampleType"] = "s16le",
            ["sampleRateHz"] = 16000,
            ["channels"] = 1,
            ["pace"] = "as-fast-as-possible",
        },
        ["window"] = new JsonObject { ["input"] = "audio", ["length"] = 576, ["hop"] = 512, ["prime"] = "zeros" },
        ["model"] = new JsonObject { ["bundle"] = Bundle("silero-vad") },
        ["decision"] = new JsonObject { ["kind"] = "threshold", ["output"] = "speech", ["label"] = "speech", ["threshold"] = 0.5 },
        ["telemetry"] = new JsonObject { ["stream"] = "speech", ["windows"] = "all" },
    };

    public static string DemoData(string name) => Path.Combine(TestPaths.RepositoryRoot, "device-configs", "demo", "data", name);

    /// <summary>A bundle that <c>scripts/pack-demo-models.sh</c> made, with <c>edgefleet</c>, from <c>device-configs/demo/models</c>.</summary>
    public static string Bundle(string name)
    {
        var directory = Path.Combine(TestPaths.RepositoryRoot, "artifacts", "demo", "models");
        var file = Directory.Exists(directory) ? Directory.GetFiles(directory, string.Create(CultureInfo.InvariantCulture, $"{name}-*.ermodel")).Order(StringComparer.Ordinal).LastOrDefault() : null;
        return file ?? throw new FileNotFoundException($"no {name}-*.ermodel in {directory}; run scripts/pack-demo-models.sh (scripts/test.sh does)");
    }

    public void Dispose() => _directory.Dispose();
}
