using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Bundles.Steps;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Commands;

/// <summary>A graph as text: what goes in, then each step with an arrow for what it reads and what it makes, states looping back.</summary>
internal sealed class GraphDrawing
{
    private readonly ModelManifest _manifest;
    private readonly StepTimes? _times;
    private readonly List<(string Indent, string Text, string Note)> _lines = [];

    private GraphDrawing(ModelManifest manifest, StepTimes? times)
    {
        _manifest = manifest;
        _times = times;
    }

    /// <param name="manifest">The manifest.</param>
    /// <param name="steps">Its steps as they were loaded.</param>
    /// <param name="times">What each step takes; null when it was not measured.</param>
    public static IEnumerable<string> Draw(ModelManifest manifest, IReadOnlyList<ModelStep> steps, StepTimes? times)
    {
        var drawing = new GraphDrawing(manifest, times);
        drawing.AddGiven();
        for (var i = 0; i < steps.Count; i++) drawing.AddStep(steps[i], manifest.Graph[i], "  ", times is null ? "" : times.Describe(i));
        // Only lines with something beside them: the one that names twenty members would push all notes off the screen.
        var width = drawing._lines.Where(line => line.Note.Length > 0).Select(line => line.Indent.Length + line.Text.Length).DefaultIfEmpty().Max();
        return drawing._lines.Select(line => line.Note.Length == 0 ? line.Indent + line.Text : $"{(line.Indent + line.Text).PadRight(width)}  {line.Note}");
    }

    private void AddGiven()
    {
        foreach (var input in _manifest.Inputs) Add("", $"{input.Name} {Format(input.Type, input.Shape)}", "input");
        foreach (var constant in _manifest.Constants) Add("", $"{constant.Name} {Format(constant.Type, constant.Shape)}", "constant");
        foreach (var state in _manifest.States) Add("", $"{state.Name} {Format(state.Type, state.Shape)}", $"state ◄─ {state.Next} of the run before");
    }

    private void AddStep(ModelStep step, StepSpec spec, string indent, string time)
    {
        Add(indent, "│", "");
        Add(indent, $"▼ {step.Name}: {string.Join(' ', step.Files.Prepend(step.Kind))}", step.IsFree ? "no copy" : time);
        Add(indent, $"  ◄─ {string.Join(", ", step.Inputs.Select(tensor => tensor.Name))}", "");
        if (spec is CascadeStepSpec cascade)
        {
            Add(indent, $"  ├─ when {Describe(cascade.When)}:", "");
            for (var i = 0; i < step.Nested.Count; i++) AddStep(step.Nested[i], spec.Nested[i], indent + "  │  ", "");
        }

        foreach (var output in step.Outputs) Add(indent, $"  ─► {output.Name} {output}{Source(spec, output.Name)}", Role(output.Name));
    }

    private static string Source(StepSpec spec, string output) => spec is CascadeStepSpec cascade && cascade.Outputs.TryGetValue(output, out var source)
        ? $" = {source.Then}, else {source.Else}"
        : "";

    private static string Describe(CascadeRuleSpec rule)
    {
        var range = (rule.Low, rule.High) switch { (null, null) => "", (_, null) => $" {rule.Low:r} and up", (null, _) => $" up to {rule.High:r}", _ => $" {rule.Low:r} to {rule.High:r}" };
        var index = rule.Index is { } at ? $"[{at}]" : "";
        return $"{rule.Tensor}{index} {rule.Rule}{(rule.Value is { } value ? $" {value:r}" : "")}{range}{(rule.Labels is { } labels ? $" {string.Join(", ", labels)}" : "")}";
    }

    private string Role(string tensor)
    {
        var roles = _manifest.States.Where(state => string.Equals(state.Next, tensor, StringComparison.Ordinal)).Select(state => $"─► {state.Name} of the next run").ToList();
        if (_manifest.Outputs.Any(output => string.Equals(output.Name, tensor, StringComparison.Ordinal))) roles.Insert(0, "output");
        return string.Join(", ", roles);
    }

    private static string Format(TensorElementType type, IReadOnlyList<long> shape) => TensorElementTypes.Format(type, [.. shape]);

    private void Add(string indent, string text, string note) => _lines.Add((indent, text, note));
}
