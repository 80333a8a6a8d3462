namespace EdgeRunner.Native.OnnxRuntime;

/// <summary>How a model is loaded and run. The defaults are for small boards: one thread, no busy waiting.</summary>
public sealed record OrtSessionSettings
{
    /// <summary>Threads that share one operator, the caller's included; 0 leaves it to ONNX Runtime (one for each core). 1: more help only
    /// above about 1 ms a run, and only on an idle machine.</summary>
    public int IntraOpThreads { get; init; } = 1;

    /// <summary>Processors, by number from 0, that the other <see cref="IntraOpThreads"/> - 1 threads stay on; the caller's thread is left alone.
    /// Empty: they begin with the processors of the thread that loads the model. Ignored when ONNX Runtime chooses the number.</summary>
    public IReadOnlyList<int> WorkerCpus { get; init; } = [];

    /// <summary>Threads that run different operators side by side; 0 leaves it to ONNX Runtime.</summary>
    public int InterOpThreads { get; init; } = 1;

    /// <summary>Whether idle threads wait busily for the next run: quicker with several threads, at the price of whole cores.</summary>
    public bool AllowSpinning { get; init; }

    /// <summary>How much the graph is rewritten at load.</summary>
    public OrtGraphOptimization GraphOptimization { get; init; } = OrtGraphOptimization.All;

    /// <summary>Where to write the rewritten graph; null writes none. The file is for this processor and this ONNX Runtime only.</summary>
    public string? OptimizedModelPath { get; init; }

    /// <summary>Whether <see cref="OptimizedModelPath"/> is written in ONNX Runtime's own format, which loads quicker and in less memory than
    /// ONNX. <see cref="OrtSession.Load"/> recognises either.</summary>
    public bool OptimizedModelAsOrtFormat { get; init; }

    /// <summary>Execution providers to try before the CPU, in order of preference; the CPU is always behind them. Loading fails with
    /// <see cref="OrtProviderException"/> where one cannot be started.</summary>
    public IReadOnlyList<OrtProvider> Providers { get; init; } = [];

    /// <summary>Keep the memory of intermediate results from run to run. Off: it is taken and given back in every run.</summary>
    public bool CpuArena { get; init; } = true;

    /// <summary>Plan that memory once for each set of input shapes, as one block. Worth nothing where shapes change from run to run.</summary>
    public bool MemoryPattern { get; init; } = true;

    /// <summary>Prefer operators that give the same bits in every run. On the CPU they all do.</summary>
    public bool Deterministic { get; init; }

    /// <summary>Fixes named open dimensions, e.g. <c>batch</c> = 1, so that the graph can be optimised for that size.</summary>
    public IReadOnlyDictionary<string, long> DimensionOverrides { get; init; } = new Dictionary<string, long>(StringComparer.Ordinal);

    /// <summary>External weights: name of the file as the model has it → its content. Read during the load only, and copied. A model loaded
    /// from bytes gets its weights from here and from nowhere else: no file is opened on its behalf.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> ExternalInitializers { get; init; } =
        new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);

    /// <summary>Name of this session in log lines.</summary>
    public string? LogId { get; init; }
}
