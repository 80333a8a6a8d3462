using System.CommandLine;
using System.CommandLine.Invocation;

namespace EdgeRunner.Fleet.Commands;

/// <summary>The command line of <c>edgefleet</c>: its table of contents.</summary>
internal static class FleetCommand
{
    /// <summary>Parses and runs.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    internal static int Run(string[] args, TimeProvider timeProvider, TextWriter output, TextWriter error)
    {
        var parsed = Create(timeProvider).Parse(args);
        if (parsed.Action is not ParseErrorAction)
        {
            return parsed.Invoke(new InvocationConfiguration { Output = output, Error = error });
        }
        // System.CommandLine itself would bury the message under the whole help text, and answer 1 as for any failure.
        foreach (var problem in parsed.Errors)
        {
            error.WriteLine(problem.Message);
        }
        error.WriteLine("--help shows what can be said here.");
        return ExitCode.Usage;
    }

    private static RootCommand Create(TimeProvider timeProvider) => new("Manages a fleet of EdgeRunner devices.")
    {
        new Command("model", "Makes model bundles.")
        {
            ModelPackCommand.Create(timeProvider),
        },
    };
}
