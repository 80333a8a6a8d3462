using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Decisions;
using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Sensors;
using EdgeRunner.Device.Windows;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Native.Linux;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Pipelines;

/// <summary>What one run of a pipeline works with, put together and checked against one another: source, window, model, decision.</summary>
internal sealed class PipelineParts : IDisposable
{
    private PipelineParts(ISampleSource source, ModelInstance model, string modelSha256, WindowAssembler assembler, ModelPort input,
        DecisionMaker decisions, ModelPort output, ModelPort? scores)
    {
        (Source, Model, ModelSha256, Assembler, Input, Decisions, Output, Scores) = (source, model, modelSha256, assembler, input, decisions, output, scores);
    }

    public ISampleSource Source { get; }

    public ModelInstance Model { get; }

    public string ModelSha256 { get; }

    public WindowAssembler Assembler { get; }

    public ModelPort Input { get; }

    public DecisionMaker Decisions { get; }

    public ModelPort Output { get; }

    public ModelPort? Scores { get; }

    /// <summary>Loads the model, opens the source and fits window and decision to them.</summary>
    /// <param name="options">The pipeline's configuration.</param>
    /// <param name="engine">Loads ONNX Runtime when it is the first.</param>
    /// <param name="store">Finds models by name.</param>
    /// <param name="sources">Makes the source.</param>
    /// <exception cref="Exception">Any part cannot be made; the message says which and what would mend it. Nothing is left open.</exception>
    public static PipelineParts Open(PipelineOptions options, InferenceEngine engine, BundleStore store, SampleSourceFactory sources)
    {
        var path = options.Model!.Bundle ?? store.ActiveBundle(options.Model.Name!);
        ModelInstance model;
        string digest;
        using (var bundle = ModelBundle.Open(path, BundleLimits.Default))
        {
            digest = bundle.Sha256;
            model = ModelInstance.Load(engine.Get(), bundle, options.Model.Session.Apply(engine.LoadOptions));
        }

        ProcessHeap.Trim();

        ISampleSource? source = null;
        try
        {
            source = sources.Create(options.Source!);
            source.Open();
            var input = FindPort(model.Inputs, options.Window!.Input, "window.input", "input");
            var assembler = new WindowAssembler(
                options.Window, source.Layout.Channels, source.Layout.SampleRateHz, input.Spec.Type, input.Tensor.ElementCount, input.Name);
            var (decisions, output, scores) = MakeDecisions(options.Decision, model);
            return new PipelineParts(source, model, digest, assembler, input, decisions, output, scores);
        }
        catch
        {
            source?.Dispose();
            model.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Source.Dispose();
        Model.Dispose();
    }

    private static (DecisionMaker Decisions, ModelPort Output, ModelPort? Scores) MakeDecisions(DecisionOptions? options, ModelInstance model)
    {
        var output = FindPort(model.Outputs, options?.Output, "decision.output", "output");
        // Without a decision in the configuration: the label if the output has several, else the usual threshold.
        options ??= output.Spec.Labels.Count > 1 ? new ArgmaxDecisionOptions() : new ThresholdDecisionOptions();
        if (options is ThresholdDecisionOptions threshold)
        {
            var label = threshold.Label ?? (threshold.Index < output.Spec.Labels.Count ? output.Spec.Labels[threshold.Index] : output.Name);
            return (new ThresholdDecisionMaker(threshold, output.Spec.Type, output.Tensor.ElementCount, label), output, null);
        }

        var argmax = (ArgmaxDecisionOptions)options;
        var scores = argmax.Scores is null ? null : FindPort(model.Outputs, argmax.Scores, "decision.scores", "output");
        IReadOnlyList<string> labels = argmax.Labels ?? (output.Spec.Labels.Count > 0 ? output.Spec.Labels : scores?.Spec.Labels ?? []);
        var decisions = new ArgmaxDecisionMaker(
            argmax, output.Spec.Type, output.Tensor.ElementCount, scores?.Spec.Type ?? TensorElementType.Undefined, scores?.Tensor.ElementCount ?? 0, labels);
        return (decisions, output, scores);
    }

    private static ModelPort FindPort(IReadOnlyList<ModelPort> ports, string? name, string key, string what)
    {
        var names = string.Join(", ", ports.Select(port => port.Name));
        if (name is null)
        {
            return ports.Count == 1
                ? ports[0]
                : throw new DecisionMismatchException($"{key} is missing: the model has {ports.Count} {what}s, expected one of {names}");
        }

        return ports.FirstOrDefault(port => string.Equals(port.Name, name, StringComparison.Ordinal))
            ?? throw new DecisionMismatchException($"{key} is \"{name}\", but the model has no such {what}; expected one of {names}");
    }
}
