using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Text.Json;
using EdgeRunner.Fleet.Devices;
using EdgeRunner.Fleet.Keys;
using EdgeRunner.Fleet.Repository;
using EdgeRunner.Fleet.Rollouts;
using EdgeRunner.Trust.Keys;

namespace EdgeRunner.Fleet.Commands;

/// <summary>The command line of <c>edgefleet</c>: its table of contents.</summary>
internal static class FleetCommand
{
    /// <summary>Parses and runs.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    internal static int Run(string[] args, TimeProvider timeProvider, TextWriter output, TextWriter error, ITerminal? terminal = null, int keyIterations = KeyPair.Iterations)
    {
        ParseResult parsed;
        try
        {
            parsed = Create(new CommandEnvironment(timeProvider, terminal ?? new ConsoleTerminal(), keyIterations)).Parse(args);
        }
        // A validator has asked for a value that cannot be read; the message is the one that the parser has for it.
        catch (InvalidOperationException e)
        {
            return Refuse(args, [e.Message], output, error);
        }
        if (parsed.Action is not ParseErrorAction && MistakenOption(parsed) is { } option)
        {
            return Refuse(args, [$"'{option}' is no option of `edgefleet {Words(parsed)}`. A name that begins with a dash goes after `--`."], output, error);
        }
        if (parsed.Action is not ParseErrorAction)
        {
            var configuration = new InvocationConfiguration { Output = output, Error = error };
            if (parsed.CommandResult.Command.Name is DepotCommand.Name)
            {
                configuration.ProcessTerminationTimeout = null; // signals are the host's; the library's own handling would cut the stop short
            }
            return parsed.Invoke(configuration);
        }
        return Refuse(args, [.. parsed.Errors.Select(problem => problem.Message)], output, error);
    }

    /// <summary>System.CommandLine takes what it does not know for an argument where there is room for one: a mistyped option would become the name of a group.</summary>
    /// <returns>Null when there is none.</returns>
    private static string? MistakenOption(ParseResult parsed) => parsed.Action is HelpAction || parsed.Tokens.Any(token => token.Type is TokenType.DoubleDash)
        ? null
        : parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens).Select(token => token.Value).FirstOrDefault(value => value.Length > 1 && value[0] is '-');

    private static string Words(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (SymbolResult? result = parsed.CommandResult; result is CommandResult { Command: not RootCommand } command; result = result.Parent)
        {
            names.Push(command.Command.Name);
        }
        return string.Join(' ', names);
    }

    /// <summary>System.CommandLine itself would bury the message under the whole help text, and answer 1 as for any failure.</summary>
    private static int Refuse(string[] args, IReadOnlyList<string> problems, TextWriter output, TextWriter error)
    {
        // Looked for in the words themselves: where a command line makes no sense, the parser may not have come as far as the option.
        if (args.TakeWhile(word => word is not "--").Contains("--json", StringComparer.Ordinal))
        {
            output.WriteLine(JsonSerializer.Serialize(new FleetFailure("Usage", null, null, string.Join(' ', problems)), FleetJsonContext.Default.FleetFailure));
        }
        foreach (var problem in problems)
        {
            error.WriteLine(problem);
        }
        error.WriteLine("--help shows what can be said here.");
        return ExitCode.Usage;
    }

    private static RootCommand Create(CommandEnvironment environment) => new("Manages a fleet of EdgeRunner devices.")
    {
        new Command("model", "Makes model bundles, and keeps those of a repository.")
        {
            ModelPackCommand.Create(environment.TimeProvider),
            ModelRepositoryCommands.Add(environment),
            ModelRepositoryCommands.Index(environment),
            ModelRepositoryCommands.List(),
            ModelRepositoryCommands.Show(),
            ModelRekeyCommand.Create(environment),
            ModelRepositoryCommands.Remove(environment),
            ModelRepositoryCommands.SetMinRelease(environment),
        },
        RepoCommand.Create(environment),
        KeyCommand.Create(environment),
        DeviceCommand.Create(environment),
        DepotCommand.Create(environment),
        RolloutCommand.Create(environment),
        FleetDevicesCommand.Create(environment),
    };
}
