using EdgeRunner.Inference.Plans.Parallel;
using EdgeRunner.Inference.Sessions.Caching;
using EdgeRunner.Inference.Sessions.Providers;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Sessions;

/// <summary>ONNX Runtime with this device's defaults; one for the process. Thread-safe. Models keep what they need of it, so it may be
/// disposed before them.</summary>
public sealed class ModelRuntime : IDisposable
{
    private ModelRuntime(OrtRuntime onnxRuntime, ModelRuntimeOptions options)
    {
        OnnxRuntime = onnxRuntime;
        IntraOpThreads = options.IntraOpThreads;
        Providers = new ProviderBoard(options.ProviderSink);
        Options = options;
        Workers = new WorkerSet(options.Workers, options.Cores);
    }

    /// <summary>The library itself, for work without a bundle.</summary>
    public OrtRuntime OnnxRuntime { get; }

    /// <summary>Default of <see cref="ModelLoadOptions.IntraOpThreads"/>.</summary>
    public int IntraOpThreads { get; }

    /// <summary>Which execution providers models got, and what is being built for them.</summary>
    public ProviderBoard Providers { get; }

    /// <summary>Where optimised models are kept; null when they are not.</summary>
    public OptimizedModelCache? Cache => Options.Cache;

    internal ModelRuntimeOptions Options { get; }

    /// <summary>Threads for steps that run side by side.</summary>
    internal WorkerSet Workers { get; }

    /// <summary>Finds and starts ONNX Runtime.</summary>
    /// <exception cref="OrtLibraryException">There is no usable library; the message has the fix.</exception>
    public static ModelRuntime Load(ModelRuntimeOptions? options = null)
    {
        options ??= new ModelRuntimeOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(options.IntraOpThreads, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.Workers ?? 0, nameof(options));
        var sink = options.LogSink;
        return new ModelRuntime(OrtRuntime.Load(new OrtRuntimeOptions { LibraryPath = options.LibraryPath, LogSink = sink is null ? null : Relay }), options);

        void Relay(OrtLogEntry entry)
        {
            // Said at each build of a cached model. True, and the reason why the processor is part of a cached model's key.
            if (!entry.Message.StartsWith("Serializing optimized model with Graph Optimization level greater than", StringComparison.Ordinal))
            {
                sink(entry);
            }
        }
    }

    /// <summary>Lets go of the library once no model needs it, and ends the workers: models that are left run in turn.</summary>
    public void Dispose()
    {
        Workers.Dispose();
        OnnxRuntime.Dispose();
    }
}
