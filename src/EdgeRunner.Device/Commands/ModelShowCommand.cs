using System.CommandLine;
using System.Text;
using EdgeRunner.Device.ModelStore;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Device.Commands;

/// <summary><c>edgerunner model show FILE|NAME</c>: what a bundle says of itself.</summary>
internal static class ModelShowCommand
{
    public static Command Create()
    {
        var which = new Argument<string>("FILE|NAME") { Description = "A bundle file, or the name of an installed model." };
        var config = CommonOptions.Config();
        var json = CommonOptions.Json();
        var command = new Command("show", "Show what a bundle says of itself: inputs, outputs, graph, limits, files.") { which, config, json };
        command.SetAction(parse => Show(parse.GetRequiredValue(which), parse.GetRequiredValue(config), parse.GetValue(json)));
        return command;
    }

    private static int Show(string which, string config, bool json)
    {
        try
        {
            var path = File.Exists(which) ? which : new BundleStore(CommonOptions.Load(config).Configuration.Storage.StateDirectory).ActiveBundle(which);
            using var bundle = ModelBundle.Open(path);
            if (json) Console.WriteLine(Encoding.UTF8.GetString(bundle.GetFile(ModelManifest.FileName).Span));
            else Write(bundle, Console.Out);
            return ExitCode.Ok;
        }
        catch (Exception e) when (e is BundleException or IOException or ModelNotInstalledException)
        {
            Console.Error.WriteLine($"edgerunner: {e.Message}");
            return ExitCode.Failed;
        }
    }

    private static void Write(ModelBundle bundle, TextWriter output)
    {
        var manifest = bundle.Manifest;
        output.WriteLine($"{manifest.Title}  {manifest.License}  {bundle.SizeBytes} bytes");
        if (manifest.Description is not null) output.WriteLine(manifest.Description);
        output.WriteLine($"sha256 {bundle.Sha256}");
        foreach (var input in manifest.Inputs) output.WriteLine($"input   {Describe(input)}");
        foreach (var constant in manifest.Constants) output.WriteLine($"const   {constant.Name} {TensorElementTypes.Format(constant.Type, [.. constant.Shape])}");
        foreach (var state in manifest.States) output.WriteLine($"state   {state.Name} {TensorElementTypes.Format(state.Type, [.. state.Shape])} <- {state.Next} of the run before");
        foreach (var step in manifest.Graph) output.WriteLine($"step    {step.Name}: {string.Join(", ", step.Reads)} -> [{string.Join(", ", step.UsesFiles)}] -> {string.Join(", ", step.Makes)}");
        foreach (var one in manifest.Outputs) output.WriteLine($"output  {Describe(one)}");
        if (manifest.Limits.MemoryBytes is { } memory) output.WriteLine($"limit   {memory} bytes of memory");
        if (manifest.Limits.P99LatencyMicroseconds is { } latency) output.WriteLine($"limit   p99 {latency} µs a run");
        foreach (var golden in manifest.Golden) output.WriteLine($"golden  {golden.Name}{(golden.Sequence ? " (sequence)" : "")} rtol {golden.Rtol:g3} atol {golden.Atol:g3}");
        foreach (var file in manifest.Files) output.WriteLine($"file    {file.Name} {file.SizeBytes} bytes sha256 {file.Sha256}");
    }

    private static string Describe(TensorSpec tensor)
    {
        var text = new StringBuilder($"{tensor.Name} {TensorElementTypes.Format(tensor.Type, [.. tensor.Shape])}");
        if (tensor.Meaning is not null) text.Append(": ").Append(tensor.Meaning);
        if (tensor.Unit is not null) text.Append(" [").Append(tensor.Unit).Append(']');
        if (tensor.Labels.Count > 0) text.Append(" labels ").Append(string.Join(", ", tensor.Labels));
        return text.ToString();
    }
}
