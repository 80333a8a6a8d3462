using System.CommandLine;

namespace EdgeRunner.Fleet.Commands;

/// <summary>The options of every command about a repository.</summary>
internal sealed class RepoOptions
{
    private const string Variable = "EDGEFLEET_REPO";

    internal Option<string> Directory { get; } = new("--repo", "-r")
    {
        Description = $"The repository. Default: {Variable}, else the current directory.",
        HelpName = "DIR",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } directory ? directory : ".",
    };

    internal Option<string?> OnlineKeys { get; } = new("--online-keys") { Description = "Where the online keys are, when not where repository.json says.", HelpName = "DIR" };

    internal Option<bool> Json { get; } = new("--json") { Description = "Print the result as one JSON object." };

    internal void AddTo(Command command)
    {
        command.Add(Directory);
        command.Add(OnlineKeys);
        command.Add(Json);
    }
}
