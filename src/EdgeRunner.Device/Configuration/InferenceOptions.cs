namespace EdgeRunner.Device.Configuration;

/// <summary>ONNX Runtime for all pipelines.</summary>
internal sealed record InferenceOptions : ICheckedSection
{
    /// <summary>Path of <c>libonnxruntime.so</c>; null (default) looks in EDGERUNNER_ONNXRUNTIME, beside the program, then on the system path.</summary>
    public string? OnnxRuntime { get; set; }

    /// <summary>Threads of one run. More than one helps only above about 1 ms a run on an idle machine and costs p99 otherwise.</summary>
    public int IntraOpThreads { get; set; } = 1;

    /// <summary>Lets waiting threads spin: lower latency for a full core of heat.</summary>
    public bool AllowSpinning { get; set; }

    /// <summary>Memory that a model swap leaves to the rest of the system, in bytes: what the new model needs and this must be available, or it is not
    /// loaded beside the running one.</summary>
    public long SwapReserveBytes { get; set; } = 32 << 20;

    /// <summary>Execution providers in order of preference, for all models, instead of those their bundles name; null (default) leaves it to the bundles.</summary>
    public List<string>? Providers { get; set; }

    /// <summary>Threads for steps of graphs that run side by side, shared by all models; null (default) is one less than there are cores, at most 7.</summary>
    public int? Workers { get; set; }

    /// <inheritdoc/>
    public void Check(SectionCheck check)
    {
        OnnxRuntime = check.FullPath(nameof(OnnxRuntime), OnnxRuntime);
        ModelSessionOptions.CheckProviders(check, nameof(Providers), Providers);
        check.Range(nameof(IntraOpThreads), IntraOpThreads, 1, 64);
        check.Range(nameof(Workers), Workers, 0, 63);
        check.Range(nameof(SwapReserveBytes), SwapReserveBytes, 0, 1L << 40);
    }
}
