using System.CommandLine;

namespace EdgeRunner.Fleet.Commands;

/// <summary>The command line of <c>edgefleet</c>: its table of contents.</summary>
internal static class FleetCommand
{
    /// <summary>Parses and runs.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    internal static int Run(string[] args, TimeProvider timeProvider, TextWriter output, TextWriter error)
    {
        var parsed = Create(timeProvider).Parse(args);
        var code = parsed.Invoke(new InvocationConfiguration { Output = output, Error = error });
        // System.CommandLine prints what is wrong with the usage itself, but answers 1 as for any failure.
        return code != ExitCode.Ok && parsed.Errors.Count > 0 ? ExitCode.Usage : code;
    }

    private static RootCommand Create(TimeProvider timeProvider) => new("Manages a fleet of EdgeRunner devices.")
    {
        new Command("model", "Makes model bundles.")
        {
            ModelPackCommand.Create(timeProvider),
        },
    };
}
