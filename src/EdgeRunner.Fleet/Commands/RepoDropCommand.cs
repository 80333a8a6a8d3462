using System.CommandLine;
using EdgeRunner.Fleet.Repository;
using EdgeRunner.Trust.Repository;

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
        command.SetAction((parsed, _) => CommandOutcome.RunAsync(parsed, parsed.GetValue(repo.Json), output =>
        {
            using var repository = TufRepository.Open(parsed.GetRequiredValue(repo.Directory), environment.TimeProvider, parsed.GetValue(repo.OnlineKeys));
            repository.Drop(parsed.GetRequiredValue(role));
            RepoCommand.Print(output, parsed.GetValue(repo.Json), new ChangeReport([$"Dropped the staged change of {parsed.GetRequiredValue(role)}."], [], [], [], repository.Waiting()));
            return Task.FromResult(ExitCode.Ok);
        }));
        return command;
    }
}
