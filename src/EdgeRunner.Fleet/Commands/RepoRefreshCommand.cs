using System.CommandLine;
using EdgeRunner.Fleet.Repository;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Commands;

/// <summary><c>edgefleet repo refresh</c>: for cron, hourly.</summary>
internal static class RepoRefreshCommand
{
    internal static Command Create(CommandEnvironment environment)
    {
        var all = new Option<bool>("--all") { Description = "Sign snapshot and the online roles anew too, however fresh they are." };
        var wait = new Option<int>("--wait") { Description = "Seconds to wait for somebody who is changing the repository. Default: 60.", DefaultValueFactory = _ => 60 };
        var repo = new RepoOptions();
        var command = new Command("refresh", "Signs timestamp anew, and snapshot and online roles when half of their time is over. Publishes nothing that is staged.") { all, wait };
        repo.AddTo(command);
        command.SetAction((parsed, cancellationToken) => CommandOutcome.RunAsync(parsed, parsed.GetValue(repo.Json), async output =>
        {
            using var repository = await OpenAsync(parsed.GetRequiredValue(repo.Directory), parsed.GetValue(repo.OnlineKeys), TimeSpan.FromSeconds(parsed.GetValue(wait)),
                environment.TimeProvider, cancellationToken).ConfigureAwait(false);
            foreach (var damaged in repository.DamagedStaged)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"Passed over: {damaged.Message}").ConfigureAwait(false);
            }
            var report = await repository.RefreshAsync(parsed.GetValue(all), cancellationToken).ConfigureAwait(false);
            RepoCommand.Print(output, parsed.GetValue(repo.Json), new ChangeReport([], [], [], report.Published, report.Waiting));
            return ExitCode.Ok;
        }));
        return command;
    }

    internal static Task<TufRepository> OpenAsync(string directory, string? onlineKeys, TimeSpan patience, TimeProvider timeProvider, CancellationToken cancellationToken) =>
        RepositoryOpening.WaitAsync(() => TufRepository.OpenForRefresh(directory, timeProvider, onlineKeys), patience, timeProvider, cancellationToken);
}
