namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>How <see cref="OrtRuntime.Load"/> finds and starts ONNX Runtime.</summary>
public sealed record OrtRuntimeOptions
{
    /// <summary>The library, or the directory it is in; no other place is tried then. Null: environment variable
    /// <c>EDGERUNNER_ONNXRUNTIME</c>, then beside the program, then the system's library path.</summary>
    public string? LibraryPath { get; init; }

    /// <summary>Gets ONNX Runtime's log lines, on whatever thread writes them; must be quick and thread-safe. What it throws is lost.
    /// Null: log lines are dropped.</summary>
    public Action<OrtLogEntry>? LogSink { get; init; }

    /// <summary>Lines below this are not made. Set by the first <see cref="OrtRuntime"/> of the process, like everything of its environment.</summary>
    public OrtLogSeverity MinimumSeverity { get; init; } = OrtLogSeverity.Warning;
}
