using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Health;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Inference.Sessions.Caching;
using EdgeRunner.Inference.Sessions.Providers;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Pipelines;

/// <summary>ONNX Runtime, loaded when the first pipeline needs it and shared by all. A library that is missing stops pipelines, never the daemon:
/// each later call tries again.</summary>
/// <param name="options">The section <c>inference</c>.</param>
/// <param name="logger">Gets ONNX Runtime's own lines too.</param>
/// <param name="storage">Where optimised models are kept; null keeps none.</param>
/// <param name="timeProvider">For the order in which they were last used; null is the system's.</param>
internal sealed partial class InferenceEngine(
    InferenceOptions options, ILogger<InferenceEngine> logger, StorageOptions? storage = null, TimeProvider? timeProvider = null) : IDisposable
{
    private readonly Lock _gate = new();
    private ModelRuntime? _runtime;

    /// <summary>The engine as <c>status</c> shows it; null before it is loaded.</summary>
    public InferenceStatus? Status => Volatile.Read(ref _runtime) is { } runtime
        ? new InferenceStatus(
            runtime.OnnxRuntime.Version,
            runtime.OnnxRuntime.LibraryPath,
            runtime.OnnxRuntime.AvailableProviders,
            runtime.Providers.Reports,
            [.. runtime.Providers.Builds.Select(build => new EngineBuildStatus(build.Model, build.File, Math.Round(build.Elapsed.TotalSeconds, 1)))],
            runtime.Cache?.Status)
        : null;

    /// <summary>An address in the loaded library; 0 before it is loaded.</summary>
    public nint LibraryAddress => Volatile.Read(ref _runtime)?.OnnxRuntime.LibraryAddress ?? 0;

    /// <summary>How the model of a pipeline is opened: what it asks for, else what holds for all, and off the processors its thread is pinned to.</summary>
    public ModelLoadOptions LoadOptions(PipelineOptions pipeline) =>
        ThreadPlacement.KeepOff(pipeline.Model!.Session.Apply(new ModelLoadOptions { AllowSpinning = options.AllowSpinning }), pipeline.Thread);

    /// <summary>The loaded engine.</summary>
    /// <exception cref="OrtLibraryException">The library is missing or too old; the message says how to mend it.</exception>
    public ModelRuntime Get()
    {
        lock (_gate)
        {
            if (_runtime is not null) return _runtime;
            var keeps = storage is { CacheMaxBytes: > 0 };
            var runtime = ModelRuntime.Load(new ModelRuntimeOptions
            {
                LibraryPath = options.OnnxRuntime,
                IntraOpThreads = options.IntraOpThreads,
                Providers = options.Providers,
                Workers = options.Workers,
                Cache = keeps ? new OptimizedModelCache(
                    Path.Combine(storage!.CacheDirectory, "models"), storage.CacheMaxBytes, timeProvider ?? TimeProvider.System, problem => Log.NoCache(logger, problem)) : null,
                EngineDirectory = keeps ? Path.Combine(storage!.CacheDirectory, "tensorrt") : null,
                ProviderSink = Report,
                LogSink = Relay,
            });
            Volatile.Write(ref _runtime, runtime);
            var ort = runtime.OnnxRuntime;
            Log.Loaded(logger, ort.Version, ort.LibraryPath, string.Join(", ", ort.AvailableProviders));
            return runtime;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate) _runtime?.Dispose();
    }

    private void Report(ProviderReport report)
    {
        foreach (var unused in report.NotUsed) Log.ProviderNotUsed(logger, report.Model, report.File, report.Used[0], unused.Provider, unused.Reason);
    }

    private void Relay(OrtLogEntry entry)
    {
        if (entry.Severity >= OrtLogSeverity.Error) Log.EngineError(logger, entry.Message);
        else Log.EngineWarning(logger, entry.Message);
    }

    private static partial class Log
    {
        [LoggerMessage(5001, LogLevel.Information, "ONNX Runtime {Version} loaded from {Path}; execution providers: {Providers}")]
        public static partial void Loaded(ILogger logger, string version, string path, string providers);

        [LoggerMessage(5002, LogLevel.Warning, "ONNX Runtime: {Message}")]
        public static partial void EngineWarning(ILogger logger, string message);

        [LoggerMessage(5004, LogLevel.Warning, "Models are optimised anew at each start: {Problem}")]
        public static partial void NoCache(ILogger logger, string problem);

        [LoggerMessage(5005, LogLevel.Warning, "{Model}, {File} runs on {Used}, {Provider} is not used: {Reason}")]
        public static partial void ProviderNotUsed(ILogger logger, string model, string file, string used, string provider, string reason);

        [LoggerMessage(5003, LogLevel.Error, "ONNX Runtime: {Message}")]
        public static partial void EngineError(ILogger logger, string message);
    }
}
