using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Health;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Pipelines;

/// <summary>ONNX Runtime, loaded when the first pipeline needs it and shared by all. A library that is missing stops pipelines, never the daemon:
/// each later call tries again.</summary>
internal sealed partial class InferenceEngine(InferenceOptions options, ILogger<InferenceEngine> logger) : IDisposable
{
    private readonly Lock _gate = new();
    private ModelRuntime? _runtime;

    /// <summary>The engine as <c>status</c> shows it; null before it is loaded.</summary>
    public InferenceStatus? Status { get; private set; }

    /// <summary>An address in the loaded library; 0 before it is loaded.</summary>
    public nint LibraryAddress => Volatile.Read(ref _runtime)?.OnnxRuntime.LibraryAddress ?? 0;

    /// <summary>How models are opened.</summary>
    public ModelLoadOptions LoadOptions => new() { AllowSpinning = options.AllowSpinning };

    /// <summary>The loaded engine.</summary>
    /// <exception cref="OrtLibraryException">The library is missing or too old; the message says how to mend it.</exception>
    public ModelRuntime Get()
    {
        lock (_gate)
        {
            if (_runtime is not null) return _runtime;
            _runtime = ModelRuntime.Load(new ModelRuntimeOptions { LibraryPath = options.OnnxRuntime, IntraOpThreads = options.IntraOpThreads, LogSink = Relay });
            var ort = _runtime.OnnxRuntime;
            Status = new InferenceStatus(ort.Version, ort.LibraryPath, ort.AvailableProviders);
            Log.Loaded(logger, ort.Version, ort.LibraryPath, string.Join(", ", ort.AvailableProviders));
            return _runtime;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate) _runtime?.Dispose();
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

        [LoggerMessage(5003, LogLevel.Error, "ONNX Runtime: {Message}")]
        public static partial void EngineError(ILogger logger, string message);
    }
}
