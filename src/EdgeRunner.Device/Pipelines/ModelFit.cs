using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Decisions;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Pipelines;

/// <summary>Which inputs and outputs of a model a pipeline uses, and the decision over them: from the manifest alone, so that a model that does not fit is
/// refused before it is loaded.</summary>
/// <param name="Input">What the window fills.</param>
/// <param name="Output">What decides.</param>
/// <param name="Scores">The second output with the labels' scores; null when there is none.</param>
/// <param name="Decisions">Makes the decisions.</param>
/// <param name="Safe">What holds while the model is off.</param>
internal sealed record ModelFit(TensorSpec Input, TensorSpec Output, TensorSpec? Scores, DecisionMaker Decisions, SafeState Safe)
{
    /// <summary>Fits a pipeline to a model.</summary>
    /// <exception cref="DecisionMismatchException">They do not fit; the message says which key is wrong and what would be right.</exception>
    public static ModelFit Of(PipelineOptions options, ModelManifest manifest)
    {
        var input = Find(manifest.Inputs, options.Window!.Input, "window.input", "input");
        var decision = options.Decision;
        var output = Find(manifest.Outputs, decision?.Output, "decision.output", "output");
        // Without a decision in the configuration: the label if the output has several, else the usual threshold.
        decision ??= output.Labels.Count > 1 ? new ArgmaxDecisionOptions() : new ThresholdDecisionOptions();
        TensorSpec? scores = null;
        DecisionMaker decisions;
        if (decision is ThresholdDecisionOptions threshold)
        {
            var label = threshold.Label ?? (threshold.Index < output.Labels.Count ? output.Labels[threshold.Index] : output.Name);
            decisions = new ThresholdDecisionMaker(threshold, output.Type, CountElements(output), label);
        }
        else
        {
            var argmax = (ArgmaxDecisionOptions)decision;
            scores = argmax.Scores is null ? null : Find(manifest.Outputs, argmax.Scores, "decision.scores", "output");
            IReadOnlyList<string> labels = argmax.Labels ?? (output.Labels.Count > 0 ? output.Labels : scores?.Labels ?? []);
            decisions = new ArgmaxDecisionMaker(
                argmax, output.Type, CountElements(output), scores?.Type ?? TensorElementType.Undefined, scores is null ? 0 : CountElements(scores), labels);
        }

        return new ModelFit(input, output, scores, decisions, SafeState.Of(decision.Safe, decisions.Labels));
    }

    /// <summary>Elements of a tensor: the product of its dimensions, 1 for a scalar.</summary>
    public static long CountElements(TensorSpec spec) => spec.Shape.Aggregate(1L, (product, dimension) => product * dimension);

    private static TensorSpec Find(IReadOnlyList<TensorSpec> specs, string? name, string key, string what)
    {
        var names = string.Join(", ", specs.Select(spec => spec.Name));
        if (name is null)
        {
            return specs.Count == 1
                ? specs[0]
                : throw new DecisionMismatchException($"{key} is missing: the model has {specs.Count} {what}s, expected one of {names}");
        }

        return specs.FirstOrDefault(spec => string.Equals(spec.Name, name, StringComparison.Ordinal))
            ?? throw new DecisionMismatchException($"{key} is \"{name}\", but the model has no such {what}; expected one of {names}");
    }
}
