using EdgeRunner.Inference.Sessions.Caching;
using EdgeRunner.Inference.Sessions.Providers;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Sessions;

/// <summary>How models are run on this device.</summary>
public sealed record ModelRuntimeOptions
{
    /// <summary>The ONNX Runtime library or its directory; null looks in the places <see cref="OrtRuntimeOptions.LibraryPath"/> lists.</summary>
    public string? LibraryPath { get; init; }

    /// <summary>Threads that share one operator; the default of every model that does not say otherwise. 1: more help only above about 1 ms a
    /// run on an idle machine, and ruin the 99th percentile elsewhere.</summary>
    public int IntraOpThreads { get; init; } = 1;

    /// <summary>Threads that run steps of a graph beside the thread that runs the model, shared by all models; at least 0. Null (default) is one less
    /// than this process has cores, at most 7. More than one less than cores is cut. They are started for the first model that may use them.</summary>
    public int? Workers { get; init; }

    /// <summary>Processors this process may use: its affinity and its control group's quota, as they were when it started.</summary>
    internal int Cores { get; init; } = Environment.ProcessorCount;

    /// <summary>Execution providers of every model that is not loaded with others, instead of those of its bundle; null leaves it to the bundle.</summary>
    public IReadOnlyList<string>? Providers { get; init; }

    /// <summary>Keeps optimised models; null optimises at each load.</summary>
    public OptimizedModelCache? Cache { get; init; }

    /// <summary>Where TensorRT keeps the engines it has built, which takes it minutes; null builds them at each load. The directory must be this
    /// user's alone: an engine is machine code.</summary>
    public string? EngineDirectory { get; init; }

    /// <summary>Told each time an ONNX file was opened with other execution providers than wanted, on the thread that loads; null for nobody.</summary>
    public Action<ProviderReport>? ProviderSink { get; init; }

    /// <summary>Gets ONNX Runtime's log lines, on whatever thread writes them; null drops them.</summary>
    public Action<OrtLogEntry>? LogSink { get; init; }
}
