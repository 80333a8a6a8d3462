using System.Text;
using System.Text.Json;
using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Guards;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Pipelines;
using EdgeRunner.Device.Sensors;
using EdgeRunner.Device.Telemetry;
using EdgeRunner.Device.Windows;
using EdgeRunner.Inference.Bundles;
using Microsoft.Extensions.Logging.Abstractions;
using TelemetryOptions = EdgeRunner.Device.Telemetry.TelemetryOptions;

namespace EdgeRunner.Device.Tests.Pipelines;

/// <summary>Everything a pipeline works with, real, in a temporary directory: ONNX Runtime, the store, recordings. Nobody empties the queues.</summary>
internal sealed class PipelineRig : IDisposable
{
    private ProgressBoard? _progress;

    public TempDirectory Directory { get; } = new();

    /// <param name="queueBytes">Room for the records of a pipeline <c>p</c>; null is the default.</param>
    public PipelineRig(int? queueBytes = null)
    {
        Store = new BundleStore(Directory.Path);
        var options = new TelemetryOptions();
        if (queueBytes is { } bytes) options.Streams["p"] = new EdgeRunner.Device.Telemetry.TelemetryStreamOptions { QueueBytes = bytes };
        Intake = new TelemetryIntake(options);
        StatusLog = new StatusLog(Directory.Path, 1 << 20, 0, TimeProvider.System, NullLogger<StatusLog>.Instance);
        States = new StateBoard(StatusLog, TimeProvider.System, NullLogger<StateBoard>.Instance);
        Engine = new InferenceEngine(new InferenceOptions { OnnxRuntime = TestPaths.OnnxRuntimeLibrary }, NullLogger<InferenceEngine>.Instance);
        Sources = new SampleSourceFactory(TimeProvider.System, Random.Shared, NullLoggerFactory.Instance);
    }

    public BundleStore Store { get; }

    public TelemetryIntake Intake { get; }

    public StatusLog StatusLog { get; }

    public StateBoard States { get; }

    public ProgressBoard Progress => _progress ??= new ProgressBoard(Clock);

    /// <summary>The clock of the pipelines' threads; to be set before they are made.</summary>
    public TimeProvider Clock { get; set; } = TimeProvider.System;

    public InferenceEngine Engine { get; }

    public SampleSourceFactory Sources { get; }

    /// <summary>What pipelines do about damaged bundles; null is nothing.</summary>
    public Device.Updates.DamagedBundles? Damaged { get; set; }

    public RunWatchdog Watchdog { get; } = new(TimeProvider.System);

    /// <summary>Packs the demo's shuttle forest and returns the bundle.</summary>
    public string Shuttle()
    {
        var file = Directory.File("shuttle.ermodel");
        if (!File.Exists(file)) BundlePacker.Pack(Path.Combine(TestPaths.RepositoryRoot, "device-configs", "demo", "models", "shuttle-forest"), file);
        return file;
    }

    /// <summary>A pipeline over the demo's recording of the shuttle's nine channels: 256 windows.</summary>
    public PipelineOptions ShuttlePipeline(Action<PipelineOptions>? change = null)
    {
        var options = new PipelineOptions
        {
            Source = new ReplaySourceOptions
            {
                File = Path.Combine(TestPaths.RepositoryRoot, "device-configs", "demo", "data", "shuttle.csv"),
                Columns = ["v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9"],
                Pace = ReplayPace.AsFastAsPossible,
                SampleRateHz = 50,
            },
            Window = new WindowOptions { Length = 1 },
            Model = new ModelReferenceOptions { Bundle = Shuttle() },
            Decision = new Device.Decisions.ArgmaxDecisionOptions { Output = "label", Scores = "probabilities" },
        };
        change?.Invoke(options);
        return options;
    }

    public PipelineHost Host(bool untilDone, params (string Name, PipelineOptions Options)[] pipelines)
    {
        var configuration = new ConfigurationResult
        {
            Configuration = new DeviceConfiguration { Pipelines = pipelines.ToDictionary(pipeline => pipeline.Name, pipeline => pipeline.Options, StringComparer.Ordinal) },
            Errors = [],
            DisabledPipelines = new Dictionary<string, IReadOnlyList<ConfigurationError>>(StringComparer.Ordinal),
            Files = [],
            FilesSetAside = [],
            BrokerDisabledReason = null,
            CannotRunReason = null,
            Report = null!,
        };
        return new PipelineHost(configuration, new RunMode(untilDone), Engine, Store, Sources, Watchdog, Intake, States, Progress, Clock, NullLogger<PipelineHost>.Instance, Damaged);
    }

    /// <summary>Records of a stream, as the committer would find them.</summary>
    public IReadOnlyList<JsonElement> Records(string stream)
    {
        var records = new List<JsonElement>();
        foreach (var queue in Intake.Queues.Where(queue => string.Equals(queue.Stream, stream, StringComparison.Ordinal)))
        {
            for (var cursor = queue.Head; queue.TryPeek(cursor, out var length);)
            {
                var record = new byte[length];
                queue.Read(ref cursor, record);
                records.Add(JsonDocument.Parse(Encoding.UTF8.GetString(record)).RootElement);
            }
        }

        return records;
    }

    public static void Wait(Func<bool> until, int seconds = 60) => Assert.True(SpinWait.SpinUntil(until, TimeSpan.FromSeconds(seconds)), "it did not happen in time");

    public void Dispose()
    {
        Watchdog.Dispose();
        Engine.Dispose();
        StatusLog.Dispose();
        Intake.Dispose();
        Directory.Dispose();
    }
}
