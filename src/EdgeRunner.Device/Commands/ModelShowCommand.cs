using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EdgeRunner.Device.ModelStore;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Sessions;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Commands;

/// <summary><c>edgerunner model show FILE|NAME</c>: what a bundle says of itself.</summary>
internal static class ModelShowCommand
{
    public static Command Create()
    {
        var which = new Argument<string>("FILE|NAME") { Description = "A bundle file, or the name of an installed model." };
        var config = CommonOptions.Config();
        var time = new Option<bool>("--time") { Description = "Run the model on zeros and show what each step takes." };
        var json = CommonOptions.Json();
        var library = CommonOptions.OnnxRuntime();
        var command = new Command("show", "Show what a bundle says of itself, and its graph with all shapes.") { which, config, time, json, library };
        command.SetAction(parse => Show(parse.GetRequiredValue(which), parse.GetRequiredValue(config), parse.GetValue(library), parse.GetValue(time), parse.GetValue(json)));
        return command;
    }

    private static int Show(string which, string config, string? library, bool time, bool json)
    {
        try
        {
            var path = BundleArgument.Find(which, CommonOptions.Load(config).Configuration.Storage);
            using var bundle = ModelBundle.Open(path);
            var (loaded, problem) = Describe(bundle, library, time);
            if (json) Console.WriteLine(ToJson(bundle, loaded));
            else Write(bundle, loaded, Console.Out);
            if (problem is not null) Console.Error.WriteLine($"edgerunner: the graph is not shown, as the model cannot be loaded here: {problem}");
            return problem is null ? ExitCode.Ok : ExitCode.Failed;
        }
        catch (Exception e) when (e is BundleException or IOException or UnauthorizedAccessException or ModelNotInstalledException)
        {
            Console.Error.WriteLine($"edgerunner: {e.Message}");
            return ExitCode.Failed;
        }
    }

    /// <summary>Only ONNX Runtime knows every shape, so the model is loaded. What the bundle says of itself is shown even where that fails.</summary>
    private static (LoadedModel? Loaded, string? Problem) Describe(ModelBundle bundle, string? library, bool time)
    {
        try
        {
            using var runtime = CommonOptions.LoadRuntime(library);
            using var model = ModelInstance.Load(runtime, bundle);
            return (new LoadedModel(model.Steps, time ? StepTimes.Measure(model) : null, model.Parallel), null);
        }
        catch (Exception e) when (e is BundleException or OrtException or OrtLibraryException or OutOfMemoryException)
        {
            return (null, e.Message);
        }
    }

    /// <summary><c>model.json</c> with two more members, <c>steps</c> and <c>parallel</c>.</summary>
    private static string ToJson(ModelBundle bundle, LoadedModel? loaded)
    {
        var manifest = JsonNode.Parse(bundle.GetFile(ModelManifest.FileName).Span)!.AsObject();
        if (loaded is not null)
        {
            manifest["steps"] = JsonSerializer.SerializeToNode(ModelStepOutput.From(loaded.Steps, loaded.Times), ModelOutputContext.Default.IReadOnlyListModelStepOutput);
            manifest["parallel"] = JsonSerializer.SerializeToNode(loaded.Parallel, ModelOutputContext.Default.ParallelDecision);
        }

        return manifest.ToJsonString(ModelOutputContext.Default.Options);
    }

    private static void Write(ModelBundle bundle, LoadedModel? loaded, TextWriter output)
    {
        var manifest = bundle.Manifest;
        output.WriteLine($"{manifest.Title}  {manifest.License}  {bundle.SizeBytes} bytes");
        if (manifest.Description is not null) output.WriteLine(manifest.Description);
        output.WriteLine($"sha256 {bundle.Sha256}");
        foreach (var input in manifest.Inputs) output.WriteLine($"input   {Describe(input)}");
        foreach (var one in manifest.Outputs) output.WriteLine($"output  {Describe(one)}");
        if (manifest.Limits.MemoryBytes is { } memory) output.WriteLine($"limit   {memory} bytes of memory");
        if (manifest.Limits.P99LatencyMicroseconds is { } latency) output.WriteLine($"limit   p99 {latency} µs a run");
        foreach (var golden in manifest.Golden) output.WriteLine($"golden  {golden.Name}{(golden.Sequence ? " (sequence)" : "")} rtol {golden.Rtol:g3} atol {golden.Atol:g3}");
        if (loaded is var (steps, times, parallel))
        {
            if (parallel.Members > 1) output.WriteLine($"runs    {parallel}");
            output.WriteLine(times is null ? "graph" : $"graph   times are means of {times.Runs} runs on zeros");
            foreach (var line in GraphDrawing.Draw(manifest, steps, times)) output.WriteLine($"  {line}");
        }

        foreach (var file in manifest.Files) output.WriteLine($"file    {file.Name} {file.SizeBytes} bytes sha256 {file.Sha256}");
    }

    private sealed record LoadedModel(IReadOnlyList<ModelStep> Steps, StepTimes? Times, ParallelDecision Parallel);

    private static string Describe(TensorSpec tensor)
    {
        var text = new StringBuilder($"{tensor.Name} {TensorElementTypes.Format(tensor.Type, [.. tensor.Shape])}");
        if (tensor.Meaning is not null) text.Append(": ").Append(tensor.Meaning);
        if (tensor.Unit is not null) text.Append(" [").Append(tensor.Unit).Append(']');
        if (tensor.Labels.Count > 0) text.Append(" labels ").Append(string.Join(", ", tensor.Labels));
        return text.ToString();
    }
}
