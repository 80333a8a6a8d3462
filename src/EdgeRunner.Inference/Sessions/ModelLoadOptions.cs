using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Inference.Sessions;

/// <summary>How one model is loaded.</summary>
public sealed record ModelLoadOptions
{
    /// <summary>Threads that share one operator; null takes the runtime's default.</summary>
    public int? IntraOpThreads { get; init; }

    /// <summary>Processors, by number from 0, that ONNX Runtime's own threads stay on; the thread that runs the model is not one of them. Null:
    /// those of the thread that loads the model.</summary>
    public IReadOnlyList<int>? WorkerCpus { get; init; }

    /// <summary>Lets threads spin while they wait: lower latency for a full core of heat.</summary>
    public bool AllowSpinning { get; init; }

    /// <summary>Execution providers in order of preference (<c>tensorrt</c>, <c>cuda</c>, <c>cpu</c>), instead of those of the bundle; null keeps
    /// <see cref="ModelRuntimeOptions.Providers"/>. One that cannot be used is passed over and reported; a list without <c>cpu</c> demands one of its own.</summary>
    public IReadOnlyList<string>? Providers { get; init; }

    /// <summary>How much ONNX Runtime rewrites the graphs.</summary>
    public OrtGraphOptimization GraphOptimization { get; init; } = OrtGraphOptimization.All;

    /// <summary>Whether steps that do not depend on each other run side by side; see <see cref="ModelInstance.Parallel"/> for what came of it.</summary>
    public ParallelMode Parallel { get; init; }

    /// <summary>For a model with named dimensions, the sets of sizes for which plans are kept ready, each with tensors of its own; at least 1. The one
    /// that was not used for longest makes room.</summary>
    public int MaxPreparedShapes { get; init; } = 8;
}
