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
    }

    /// <summary>The library itself, for work without a bundle.</summary>
    public OrtRuntime OnnxRuntime { get; }

    /// <summary>Default of <see cref="ModelLoadOptions.IntraOpThreads"/>.</summary>
    public int IntraOpThreads { get; }

    /// <summary>Finds and starts ONNX Runtime.</summary>
    /// <exception cref="OrtLibraryException">There is no usable library; the message has the fix.</exception>
    public static ModelRuntime Load(ModelRuntimeOptions? options = null)
    {
        options ??= new ModelRuntimeOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(options.IntraOpThreads, nameof(options));
        return new ModelRuntime(OrtRuntime.Load(new OrtRuntimeOptions { LibraryPath = options.LibraryPath, LogSink = options.LogSink }), options);
    }

    /// <inheritdoc />
    public void Dispose() => OnnxRuntime.Dispose();
}
