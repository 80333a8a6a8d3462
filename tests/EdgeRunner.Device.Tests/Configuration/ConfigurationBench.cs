using System.Collections;
using EdgeRunner.Device.Configuration;

namespace EdgeRunner.Device.Tests.Configuration;

/// <summary>A directory with configuration files, loaded as the daemon loads them.</summary>
internal sealed class ConfigurationBench : IDisposable
{
    /// <summary>A configuration without errors that has every section.</summary>
    public const string Valid = """
        {
          // the demo
          "device": { "id": "demo-1", "fleet": "demo" },
          "broker": { "host": "127.0.0.1", "port": 1884, "username": "demo-1", "passwordFile": "password", "keepAliveSeconds": 20,
                      "tls": { "caFile": "ca.pem", "certificateFile": null, "keyFile": null } },
          "storage": { "stateDirectory": "state" },
          "inference": { "onnxRuntime": null, "intraOpThreads": 2 },
          "telemetry": { "commitIntervalMs": 100, "streams": { "speech": { "class": "event", "maxBytes": 1048576, "whenFull": "reject-new" } } },
          "pipelines": {
            "speech": {
              "source": { "kind": "replay", "file": "goforward.raw", "format": "raw", "sampleType": "s16le", "sampleRateHz": 16000, "pace": "as-fast-as-possible" },
              "window": { "input": "audio", "length": 576, "hop": 512, "prime": "zeros", "channels": [0], },
              "model": "silero-vad",
              "decision": { "kind": "threshold", "output": "speech", "label": "speech", "threshold": 0.5, "hysteresis": 0.15, "holdWindows": 2 },
              "telemetry": { "stream": "speech", "windows": "changes", "whenFull": "block" },
              "overload": "block", "deadlineMs": 5 },
            "shuttle": {
              "source": { "kind": "exec", "command": ["./sensors.sh", "--all"], "format": "csv", "columns": ["a", 3], "sampleRateHz": 10,
                          "environment": { "API_TOKEN": "hush" }, "restart": { "initialMs": 100, "maxMs": 1000 } },
              "window": { "length": 1 },
              "model": { "bundle": "models/shuttle.ermodel" },
              "decision": { "kind": "argmax", "output": "label", "scores": "probabilities", "minConfidence": 0.6 } } },
        }
        """;

    private readonly TempDirectory _directory = new();

    public Hashtable Environment { get; } = [];

    public string MainFile => _directory.File("edgerunner.json");

    public string Directory => _directory.Path;

    public ConfigurationBench Main(string json) => Write("edgerunner.json", json);

    public ConfigurationBench DropIn(string name, string json) => Write(Path.Combine("conf.d", name), json);

    public ConfigurationResult Load() => ConfigurationLoader.Load(MainFile, Environment, "board-7.local");

    public void Dispose() => _directory.Dispose();

    private ConfigurationBench Write(string name, string json)
    {
        var path = _directory.File(name);
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, json);
        return this;
    }
}
