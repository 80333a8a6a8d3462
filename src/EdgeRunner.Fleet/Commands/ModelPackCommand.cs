using System.CommandLine;
using System.Text.Json;
using EdgeRunner.Fleet.Releases;
using EdgeRunner.Inference.Bundles;
using EdgeRunner.Native.OnnxRuntime;

namespace EdgeRunner.Fleet.Commands;

/// <summary><c>edgefleet model pack DIR</c>.</summary>
internal static class ModelPackCommand
{
    internal static Command Create(TimeProvider timeProvider)
    {
        var directory = new Argument<string>("DIR") { Description = "The model's directory, with model.json and the files it names." };
        var output = new Option<string?>("--output", "-o") { Description = "The bundle to write. Default: NAME-VERSION.ermodel in the current directory.", HelpName = "FILE" };
        var files = new Option<string[]>("--file") { Description = "Where a file of the model lies that is not in DIR. May be given several times.", HelpName = "NAME=PATH", DefaultValueFactory = _ => [] };
        var library = new Option<string?>("--onnxruntime") { Description = "The ONNX Runtime library. Default: EDGERUNNER_ONNXRUNTIME, then beside this program, then the system's.", HelpName = "FILE" };
        var skip = new Option<bool>("--no-self-test") { Description = "Do not load the model, run its golden cases and measure it: for a model that this machine cannot run. The graph is checked all the same." };
        var json = new Option<bool>("--json") { Description = "Print the result as one JSON object." };
        directory.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } path && !Directory.Exists(path))
            {
                result.AddError($"There is no directory {path}");
            }
        });
        files.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.IndexOf('=') is not > 0))
            {
                result.AddError($"--file {token.Value} is not NAME=PATH");
            }
        });

        var command = new Command("pack", "Makes a bundle from a model's directory: checks the graph against the ONNX files, runs the golden cases, writes the bundle.")
        {
            directory, output, files, library, skip, json,
        };
        command.SetAction(parsed =>
        {
            var request = new PackRequest(parsed.GetRequiredValue(directory), parsed.GetValue(output), FilesElsewhere(parsed.GetValue(files) ?? []));
            var streams = parsed.InvocationConfiguration;
            return Run(new ModelPacking(timeProvider, parsed.GetValue(library), selfTest: !parsed.GetValue(skip)), request, parsed.GetValue(json), streams.Output, streams.Error);
        });
        return command;
    }

    private static int Run(ModelPacking packing, PackRequest request, bool json, TextWriter output, TextWriter error)
    {
        try
        {
            var report = packing.Pack(request);
            output.Write(json ? JsonSerializer.Serialize(report, PackJsonContext.Default.PackReport) + "\n" : PackReportText.Format(report));
            return ExitCode.Ok;
        }
        catch (BundleException e)
        {
            return Fail(ExitCode.Failed, e.Reason.ToString(), e.File, e.Problems);
        }
        catch (Exception e) when (e is OrtException or OrtLibraryException or IOException or OutOfMemoryException)
        {
            return Fail(ExitCode.Failed, e.GetType().Name, request.Directory, [e.Message]);
        }
        catch (UnauthorizedAccessException e)
        {
            return Fail(ExitCode.Permission, "Permission", request.Directory, [e.Message]);
        }

        int Fail(int code, string reason, string file, IReadOnlyList<string> problems)
        {
            if (json)
            {
                output.WriteLine(JsonSerializer.Serialize(new PackFailure(reason, file, problems), PackJsonContext.Default.PackFailure));
            }
            error.WriteLine($"Not packed. {file}:\n  {string.Join("\n  ", problems)}");
            return code;
        }
    }

    private static Dictionary<string, string> FilesElsewhere(string[] pairs)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in pairs)
        {
            var at = pair.IndexOf('=');
            files[pair[..at]] = pair[(at + 1)..];
        }
        return files;
    }
}
