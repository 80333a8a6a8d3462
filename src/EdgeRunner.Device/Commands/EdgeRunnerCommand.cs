using System.CommandLine;
using System.Text.RegularExpressions;

namespace EdgeRunner.Device.Commands;

/// <summary>The command line of <c>edgerunner</c>.</summary>
internal static partial class EdgeRunnerCommand
{
    /// <summary>Parses and runs; never throws.</summary>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var parse = Create().Parse(args);
        if (parse.Errors.Count > 0)
        {
            foreach (var error in parse.Errors) await Console.Error.WriteLineAsync($"edgerunner: {Describe(error.Message)}").ConfigureAwait(false);
            await Console.Error.WriteLineAsync("edgerunner: see 'edgerunner --help'").ConfigureAwait(false);
            return ExitCode.Usage;
        }

        try
        {
            // Signals are the host's; the library's own handling would cut the stop short.
            return await parse.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Failed;
        }
        // The last line of defence: a person gets a sentence, not a stack trace.
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync($"edgerunner: {e.Message}").ConfigureAwait(false);
            return e is UnauthorizedAccessException ? ExitCode.Permission : ExitCode.Failed;
        }
    }

    /// <summary>The parser's message in words of the command line, without names of .NET's types.</summary>
    internal static string Describe(string message) => UnreadableValue().Match(message) is { Success: true } match
        ? $"{match.Groups["option"].Value} {match.Groups["value"].Value} is not allowed; expected {(match.Groups["type"].Value.Contains("Int", StringComparison.Ordinal) ? "a whole number" : "a number")}"
        : message;

    [GeneratedRegex(@"^Cannot parse argument '(?<value>.*)' for option '(?<option>[^']*)' as expected type '(?<type>[^']*(Int|Double|Single|Decimal)[^']*)'\.$", RegexOptions.ExplicitCapture | RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UnreadableValue();

    private static RootCommand Create() => new("Runs signed models on sensor input at the edge, and loses no telemetry it has accepted.")
    {
        RunCommand.Create(),
        StatusCommand.Create(),
        ConfigCommand.Create(),
        ModelCommand.Create(),
        UpdateCommand.Create(),
        DeviceKeyCommand.Create(),
        InferCommand.Create(),
        BenchCommand.Create(),
        ProbeCommand.Create(),
        ProbeChildCommand.Create(),
    };
}
