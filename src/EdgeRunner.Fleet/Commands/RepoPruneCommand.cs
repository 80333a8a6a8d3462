using System.CommandLine;
using System.Text.Json;
using EdgeRunner.Fleet.Repository;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Commands;

/// <summary><c>edgefleet repo prune</c>: for cron, weekly.</summary>
internal static class RepoPruneCommand
{
    private const int DefaultDays = 30;
    private const int MaxDays = 3650;

    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(1);

    internal static Command Create(CommandEnvironment environment)
    {
        var dryRun = new Option<bool>("--dry-run", "-n") { Description = "Only say what would be removed. Needs no lock." };
        var days = new Option<int>("--keep-days")
        {
            Description = $"Days that files stay after they were replaced or removed from the metadata, for devices in the middle of an update. 0 to {MaxDays}. Default: {DefaultDays}.",
            HelpName = "DAYS",
            DefaultValueFactory = _ => DefaultDays,
        };
        var wait = new Option<int>("--wait") { Description = "Seconds to wait for somebody who is changing the repository. Default: 60.", DefaultValueFactory = _ => 60 };
        var repo = new RepoOptions();
        var command = new Command("prune", "Removes old metadata and the files of removed releases, which no device can need any more. Never a root, never what is published or waits for signatures.")
        {
            dryRun, days, wait, repo.Directory, repo.Json,
        };
        command.SetAction((parsed, cancellationToken) => CommandOutcome.RunAsync(parsed, parsed.GetValue(repo.Json), async output =>
        {
            var grace = parsed.GetValue(days) is >= 0 and <= MaxDays and var given ? TimeSpan.FromDays(given)
                : throw new UsageException($"--keep-days {parsed.GetValue(days)} is not 0 to {MaxDays}.");
            var directory = parsed.GetRequiredValue(repo.Directory);
            PruneReport report;
            if (parsed.GetValue(dryRun))
            {
                report = TufRepository.FindUnneeded(RepositoryContent.Read(new RepositoryLayout(directory)), grace, environment.TimeProvider.GetUtcNow());
            }
            else
            {
                using var repository = await RepositoryOpening.WaitAsync(() => TufRepository.Open(directory, environment.TimeProvider), TimeSpan.FromSeconds(parsed.GetValue(wait)),
                    environment.TimeProvider, cancellationToken).ConfigureAwait(false);
                // System.CommandLine looks after signals only from the first await on: without one, Ctrl-C would end the process in the middle without a word.
                await Task.Yield();
                try
                {
                    report = repository.Prune(grace, Progress(environment.TimeProvider, parsed.InvocationConfiguration.Error), cancellationToken);
                }
                catch (OperationCanceledException e)
                {
                    throw new InterruptedException(e.Message, e);
                }
            }
            var outcome = PruneOutcome.Of(report, parsed.GetValue(dryRun));
            output.Write(parsed.GetValue(repo.Json) ? JsonSerializer.Serialize(outcome, FleetJsonContext.Default.PruneOutcome) + "\n" : PruneText.Format(outcome));
            return ExitCode.Ok;
        }));
        return command;
    }

    /// <summary>A line a second, from the second second on.</summary>
    private static Action<PruneReport, int> Progress(TimeProvider timeProvider, TextWriter error)
    {
        var last = timeProvider.GetTimestamp();
        return (report, removed) =>
        {
            if (timeProvider.GetElapsedTime(last) >= BetweenLines)
            {
                last = timeProvider.GetTimestamp();
                error.WriteLine($"Removed {removed} of {report.Unneeded.Count} files.");
            }
        };
    }
}
