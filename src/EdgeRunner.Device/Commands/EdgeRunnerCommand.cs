using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.RegularExpressions;
using EdgeRunner.Device.Updates;

namespace EdgeRunner.Device.Commands;

/// <summary>The command line of <c>edgerunner</c>.</summary>
internal static partial class EdgeRunnerCommand
{
    /// <summary>Code of a command line that makes no sense.</summary>
    private const string UsageCode = "usage";

    /// <summary>Parses and runs; never throws.</summary>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (!TryParse(args, out var parse, out var problems)) return await RefuseAsync(args, problems, Console.Out, Console.Error).ConfigureAwait(false);

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

    /// <summary>Parses a command line.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="parse">What it says; only when true is returned.</param>
    /// <param name="problems">What is wrong with it.</param>
    internal static bool TryParse(string[] args, [NotNullWhen(true)] out ParseResult? parse, out IReadOnlyList<string> problems)
    {
        try
        {
            parse = Create().Parse(args);
            problems = [.. parse.Errors.Select(problem => Describe(problem.Message))];
        }
        // A validator has asked for a value that cannot be read; the message is the one that the parser has for it.
        catch (InvalidOperationException e)
        {
            parse = null;
            problems = [Describe(e.Message)];
        }
        return parse is not null && problems.Count == 0;
    }

    /// <summary>Says what is wrong with a command line; with <c>--json</c> on the output too, in the form of the other answers.</summary>
    /// <param name="args">The command line; nothing is run.</param>
    /// <param name="problems">In words.</param>
    /// <param name="output">For programs.</param>
    /// <param name="error">For people.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    internal static async Task<int> RefuseAsync(string[] args, IReadOnlyList<string> problems, TextWriter output, TextWriter error)
    {
        // Looked for in the words themselves: where a command line makes no sense, the parser may not have come as far as the option.
        if (args.TakeWhile(word => word is not "--").Contains("--json", StringComparer.Ordinal))
        {
            var answer = new UpdateAnswer(Done: false, string.Join("; ", problems), UsageCode);
            await output.WriteLineAsync(JsonSerializer.Serialize(answer, UpdateCommandContext.Default.UpdateAnswer)).ConfigureAwait(false);
        }
        foreach (var problem in problems) await error.WriteLineAsync($"edgerunner: {problem}").ConfigureAwait(false);
        await error.WriteLineAsync("edgerunner: see 'edgerunner --help'").ConfigureAwait(false);
        return ExitCode.Usage;
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
