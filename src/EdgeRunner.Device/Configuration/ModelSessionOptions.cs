using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Inference.Sessions.Providers;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Configuration;

/// <summary>How ONNX Runtime runs the model of one pipeline, where that differs from <c>inference</c>.</summary>
internal sealed record ModelSessionOptions : ICheckedSection
{
    /// <summary>Threads of one run; null (default) takes <c>inference.intraOpThreads</c>.</summary>
    public int? IntraOpThreads { get; set; }

    /// <summary>Lets waiting threads spin; null (default) takes <c>inference.allowSpinning</c>.</summary>
    public bool? AllowSpinning { get; set; }

    /// <summary>Execution providers in order of preference; null (default) takes <c>inference.providers</c>, then the bundle's.</summary>
    public List<string>? Providers { get; set; }

    /// <summary>How much ONNX Runtime rewrites the graph when it loads it.</summary>
    public OrtGraphOptimization GraphOptimization { get; set; } = OrtGraphOptimization.All;

    /// <summary>Whether steps that do not depend on each other run side by side on the engine's workers.</summary>
    public ParallelMode Parallel { get; set; } = ParallelMode.Auto;

    /// <inheritdoc/>
    public void Check(SectionCheck check)
    {
        check.Range(nameof(IntraOpThreads), IntraOpThreads, 1, 64);
        CheckProviders(check, nameof(Providers), Providers);
    }

    /// <summary>The engine's options with those of this model over them.</summary>
    public ModelLoadOptions Apply(ModelLoadOptions options) => options with
    {
        IntraOpThreads = IntraOpThreads ?? options.IntraOpThreads,
        AllowSpinning = AllowSpinning ?? options.AllowSpinning,
        Providers = Providers ?? options.Providers,
        GraphOptimization = GraphOptimization,
        Parallel = Parallel,
    };

    /// <summary>A list of known providers, without repeats.</summary>
    public static void CheckProviders(SectionCheck check, string property, List<string>? providers)
    {
        var known = string.Join(", ", ProviderNames.All);
        if (providers is { Count: 0 })
            check.Error(property, $"an empty list is not allowed; expected at least one of {known}, or null for what the bundle says");
        else if (providers?.Find(name => !ProviderNames.All.Contains(name, StringComparer.Ordinal)) is { } unknown)
            check.Error(property, $"\"{unknown}\" is not allowed; expected {known}{NearestName.Hint(unknown, ProviderNames.All)}");
        else if (providers is not null && providers.Distinct(StringComparer.Ordinal).Count() < providers.Count)
            check.Error(property, $"{string.Join(", ", providers)} is not allowed; expected each provider once");
    }
}
