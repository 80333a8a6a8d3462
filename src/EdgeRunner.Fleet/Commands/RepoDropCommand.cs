using System.CommandLine;
using EdgeRunner.Fleet.Repository;

namespace EdgeRunner.Fleet.Commands;

/// <summary><c>edgefleet repo drop ROLE</c>.</summary>
internal static class RepoDropCommand
{
    internal static Command Create(CommandEnvironment environment)
    {
        var role = new Argument<string>("ROLE") { Description = "The role whose staged change is given up." };
        var repo = new RepoOptions();
        var command = new Command("drop", "Gives up a staged change with the signatures that it has.") { role };
        repo.AddTo(command);
        command.SetAction((parsed, cancellationToken) => CommandOutcome.RunAsync(parsed, parsed.GetValue(repo.Json), async output =>
        {
            using var repository = await RepositoryOpening.OpenAsync(parsed.GetRequiredValue(repo.Directory), parsed.GetValue(repo.OnlineKeys), environment.TimeProvider, cancellationToken).ConfigureAwait(false);
            repository.Drop(parsed.GetRequiredValue(role));
            RepoCommand.Print(output, parsed.GetValue(repo.Json), new ChangeReport([$"Dropped the staged change of {parsed.GetRequiredValue(role)}."], [], [], [], repository.Waiting()));
            return ExitCode.Ok;
        }));
        return command;
    }
}
