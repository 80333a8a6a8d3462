using EdgeRunner.Device.Decisions;
using EdgeRunner.Device.Swaps;
using EdgeRunner.Device.Windows;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Pipelines;

/// <summary>A loaded model with everything in a pipeline that depends on it: ports, decision, record texts. It is exchanged as one reference.</summary>
internal sealed class ServingModel : IDisposable
{
    private ServingModel(ModelInstance instance, ModelBundle bundle, ModelFit fit, ElementConverter converter, RecordWriter writer)
    {
        (Instance, Decisions, Safe, Converter, Writer) = (instance, fit.Decisions, fit.Safe, converter, writer);
        (Path, Sha256, MemoryBytes) = (bundle.Path, bundle.Sha256, MemoryNeed.Of(bundle, measuredBytes: null).Bytes);
        Input = instance.Input(fit.Input.Name);
        Output = instance.Output(fit.Output.Name);
        Scores = fit.Scores is null ? null : instance.Output(fit.Scores.Name);
        Parallel = instance.Parallel is { Members: > 1 } parallel ? parallel.ToString() : null;
        CheckedOutputs = [.. instance.Outputs.Where(CanBeWrong)];
        Observation = new ServingObservation(instance.Manifest.Name, Version, Sha256, fit.Decisions.Labels);
    }

    public ModelInstance Instance { get; }

    /// <summary>The bundle file it came from.</summary>
    public string Path { get; }

    /// <summary>Digest of that bundle: 64 lower-case hex digits.</summary>
    public string Sha256 { get; }

    /// <summary>What it takes by its manifest, or by an estimate, in bytes.</summary>
    public long MemoryBytes { get; }

    /// <summary><c>name version</c>.</summary>
    public string Title => Instance.Manifest.Title;

    /// <summary>The version alone.</summary>
    public string Version => Instance.Manifest.Version.ToString();

    /// <summary>Whether independent steps run side by side, and why; null when there are none.</summary>
    public string? Parallel { get; }

    public ModelPort Input { get; }

    /// <summary>Writes windows into <see cref="Input"/>.</summary>
    public ElementConverter Converter { get; }

    public ModelPort Output { get; }

    public ModelPort? Scores { get; }

    public DecisionMaker Decisions { get; }

    /// <summary>What holds while it is off.</summary>
    public SafeState Safe { get; }

    /// <summary>Outputs that can hold what the guard looks for.</summary>
    public ModelPort[] CheckedOutputs { get; }

    /// <summary>Writes the pipeline's records with this model's labels and version.</summary>
    public RecordWriter Writer { get; }

    /// <summary>What it does while it serves is recorded here, unless the pipeline goes on with the record of the same bundle.</summary>
    public ServingObservation Observation { get; }

    /// <summary>Loads a model for a pipeline. The bundle may be disposed afterwards, unless a self-test is to follow.</summary>
    /// <param name="bundle">The verified bundle.</param>
    /// <param name="fit">How the pipeline uses it.</param>
    /// <param name="pipeline">The pipeline's name.</param>
    /// <param name="assembler">Makes its windows.</param>
    /// <param name="runtime">The engine.</param>
    /// <param name="options">How to load.</param>
    /// <exception cref="WindowMismatchException">The pipeline's windows do not fill the model's input.</exception>
    /// <exception cref="BundleException">The graph does not fit its ONNX files.</exception>
    /// <exception cref="OrtException">ONNX Runtime refuses a file.</exception>
    public static ServingModel Load(ModelBundle bundle, ModelFit fit, string pipeline, WindowAssembler assembler, ModelRuntime runtime, ModelLoadOptions options)
    {
        var converter = assembler.Fit(fit.Input.Type, ModelFit.CountElements(fit.Input), fit.Input.Name);
        var instance = ModelInstance.Load(runtime, bundle, options);
        return new ServingModel(instance, bundle, fit, converter, new RecordWriter(pipeline, fit.Decisions.Labels, assembler.RateHz, instance.Manifest.Version.ToString()));
    }

    /// <summary>Decides on the outputs of the last run.</summary>
    public Decision Decide() => Decisions.Decide(Output.Tensor.Bytes, Scores is { } scores ? scores.Tensor.Bytes : default);

    /// <summary>Frees the model. The record writer has nothing native, and a pipeline whose model was dropped may still close a segment with it.</summary>
    public void Dispose() => Instance.Dispose();

    private static bool CanBeWrong(ModelPort output) =>
        output.Spec.Type is TensorElementType.Float32 or TensorElementType.Float64 or TensorElementType.Float16 or TensorElementType.BFloat16
        || output.Spec is { Minimum: not null } or { Maximum: not null };
}
