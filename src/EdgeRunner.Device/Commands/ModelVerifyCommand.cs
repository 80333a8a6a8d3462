using System.CommandLine;
using System.Text.Json;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Inference.Sessions;

namespace EdgeRunner.Device.Commands;

/// <summary><c>edgerunner model verify FILE</c>: is this bundle whole, does it load here, and does it give the answers it promises?</summary>
internal static class ModelVerifyCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "The bundle, NAME-VERSION.ermodel." };
        var json = CommonOptions.Json();
        var library = CommonOptions.OnnxRuntime();
        var command = new Command("verify", "Check a bundle's structure and digests, load it, and run its golden cases.") { file, json, library };
        command.SetAction(parse => Verify(parse.GetRequiredValue(file), parse.GetValue(library), parse.GetValue(json)));
        return command;
    }

    private static int Verify(string file, string? library, bool json)
    {
        ModelVerifyOutput output;
        try
        {
            using var bundle = ModelBundle.Open(file);
            using var runtime = CommonOptions.LoadRuntime(library);
            using var model = ModelInstance.Load(runtime, bundle);
            var result = model.SelfTest();
            output = new ModelVerifyOutput(
                file, result.Passed, bundle.Manifest.Name, bundle.Manifest.Version.ToString(), bundle.Sha256, bundle.SizeBytes,
                [.. result.Cases.Select(one => new GoldenCaseOutput(one.Name, one.Passed, one.Runs, one.MaxAbsoluteDifference, one.Problems))], null);
        }
        // Every way in which a file may be bad ends in its own words here; the command's answer is "no", not a crash.
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            output = new ModelVerifyOutput(file, false, null, null, null, null, [], e.Message);
        }

        if (json) Console.WriteLine(JsonSerializer.Serialize(output, ModelOutputContext.Default.ModelVerifyOutput));
        else Write(output);
        return output.Valid ? ExitCode.Ok : ExitCode.Failed;
    }

    private static void Write(ModelVerifyOutput output)
    {
        if (output.Error is not null)
        {
            Console.Error.WriteLine($"edgerunner: {output.Error}");
            return;
        }

        Console.WriteLine($"{output.Name} {output.Version}  {output.SizeBytes} bytes  sha256 {output.Sha256}");
        foreach (var one in output.Golden)
        {
            Console.WriteLine($"  golden {one.Name}: {(one.Passed ? "pass" : "FAIL")}, {one.Runs} run(s), largest difference {one.MaxAbsoluteDifference:g3}");
            foreach (var problem in one.Problems) Console.WriteLine($"    {problem}");
        }

        if (output.Golden.Count == 0) Console.WriteLine("  no golden cases: what it answers was not checked");
        Console.WriteLine(output.Valid ? "valid" : "NOT valid");
    }
}

internal sealed record GoldenCaseOutput(string Name, bool Passed, int Runs, double MaxAbsoluteDifference, IReadOnlyList<string> Problems);

internal sealed record ModelVerifyOutput(
    string File, bool Valid, string? Name, string? Version, string? Sha256, long? SizeBytes, IReadOnlyList<GoldenCaseOutput> Golden, string? Error);
