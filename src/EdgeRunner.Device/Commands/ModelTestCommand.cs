using System.CommandLine;
using System.Text.Json;
using EdgeRunner.Device.Commands.BackendTests;

namespace EdgeRunner.Device.Commands;

/// <summary><c>edgerunner model test DIR…</c>: runs folders in the layout of the ONNX backend tests on this machine's ONNX Runtime.</summary>
internal static class ModelTestCommand
{
    public static Command Create()
    {
        var directories = new Argument<string[]>("DIR") { Description = "Folders with model.onnx and test_data_set_N/, or folders of such folders.", Arity = ArgumentArity.OneOrMore };
        var known = new Option<string?>("--known") { Description = "Cases that are known to fail, one a line: NAME, white space, reason. They do not count as failed.", HelpName = "FILE" };
        var rtol = new Option<double>("--rtol") { Description = "Relative tolerance.", DefaultValueFactory = _ => 1e-3 };
        var atol = new Option<double>("--atol") { Description = "Absolute tolerance.", DefaultValueFactory = _ => 1e-7 };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Print only cases that do not pass, and the count." };
        var json = CommonOptions.Json();
        var library = CommonOptions.OnnxRuntime();
        var command = new Command("test", "Run ONNX backend tests and compare the outputs.") { directories, known, rtol, atol, quiet, json, library };
        command.SetAction(parse =>
        {
            KnownFailures exceptions;
            List<BackendTestCase> cases;
            try
            {
                exceptions = KnownFailures.Read(parse.GetValue(known));
                cases = BackendTestCase.Find(parse.GetRequiredValue(directories));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
            {
                Console.Error.WriteLine($"edgerunner: {e.Message}");
                return ExitCode.Failed;
            }

            using var runtime = CommonOptions.LoadRuntime(parse.GetValue(library));
            var runner = new BackendTestRunner(runtime, parse.GetValue(rtol), parse.GetValue(atol));
            return Run(runner, cases, exceptions, parse.GetValue(quiet), parse.GetValue(json));
        });
        return command;
    }

    private static int Run(BackendTestRunner runner, List<BackendTestCase> cases, KnownFailures known, bool quiet, bool json)
    {
        var results = new List<BackendTestResult>(cases.Count);
        foreach (var one in cases)
        {
            var result = runner.Run(one);
            if (known.ReasonFor(one.Name) is { } reason)
            {
                // A case that is mended must leave the list, or the list will one day hide a fault.
                result = result.Outcome == BackendTestOutcome.Passed
                    ? result with { Outcome = BackendTestOutcome.Failed, Detail = "passes, but is listed as known to fail; take it off the list" }
                    : result with { Outcome = BackendTestOutcome.KnownFailure, Detail = $"{reason} ({result.Detail})" };
            }

            results.Add(result);
            if (!json && (!quiet || result.Outcome is not (BackendTestOutcome.Passed or BackendTestOutcome.KnownFailure)))
                Console.WriteLine($"{Word(result.Outcome)} {result.Name}{(result.Detail.Length == 0 ? "" : $": {result.Detail}")}");
        }

        var output = new ModelTestOutput(Count(BackendTestOutcome.Passed), Count(BackendTestOutcome.Failed), Count(BackendTestOutcome.KnownFailure), Count(BackendTestOutcome.Unsupported), results);
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(output, ModelOutputContext.Default.ModelTestOutput));
        }
        else
        {
            if (output.Known > 0) Console.WriteLine($"{output.Known} known to fail");
            if (output.Unsupported > 0) Console.WriteLine($"{output.Unsupported} unsupported (counted as failed)");
            Console.WriteLine($"{output.Passed} passed, {output.Failed + output.Unsupported} failed");
        }

        return output.Failed + output.Unsupported == 0 && results.Count > 0 ? ExitCode.Ok : ExitCode.Failed;

        int Count(BackendTestOutcome outcome) => results.Count(result => result.Outcome == outcome);
    }

    private static string Word(BackendTestOutcome outcome) => outcome switch
    {
        BackendTestOutcome.Passed => "pass       ",
        BackendTestOutcome.Failed => "FAIL       ",
        BackendTestOutcome.KnownFailure => "known      ",
        _ => "unsupported",
    };
}
