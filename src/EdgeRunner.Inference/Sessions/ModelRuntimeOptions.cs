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

    /// <summary>Gets ONNX Runtime's log lines, on whatever thread writes them; null drops them.</summary>
    public Action<OrtLogEntry>? LogSink { get; init; }
}
