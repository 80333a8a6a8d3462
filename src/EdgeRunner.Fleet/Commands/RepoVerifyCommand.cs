using System.CommandLine;
using System.Text.Json;
using EdgeRunner.Fleet.Repository;
using EdgeRunner.Fleet.Rollouts;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Commands;

/// <summary><c>edgefleet repo verify</c>.</summary>
internal static class RepoVerifyCommand
{
    internal static Command Create(CommandEnvironment environment)
    {
        var root = new Option<string?>("--root") { Description = "The root.json that devices are provisioned with. Default: 1.root.json of the repository.", HelpName = "FILE" };
        var repo = new RepoOptions();
        var command = new Command("verify", "Checks the whole repository, every target file included, with the code that runs on devices.") { root, repo.Directory, repo.Json };
        command.SetAction((parsed, cancellationToken) => CommandOutcome.RunAsync(parsed, parsed.GetValue(repo.Json), async output =>
        {
            var layout = new RepositoryLayout(parsed.GetRequiredValue(repo.Directory));
            ReadOnlyMemory<byte>? initial = null;
            if (parsed.GetValue(root) is { } file)
            {
                initial = await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false);
            }
            var verified = await new RepositoryVerifier(layout, environment.TimeProvider).VerifyAsync(initial, cancellationToken).ConfigureAwait(false);
            if (parsed.GetValue(repo.Json))
            {
                output.WriteLine(JsonSerializer.Serialize(verified, FleetJsonContext.Default.VerifiedRepository));
            }
            else if (verified.IsValid)
            {
                output.WriteLine($"Valid: root {verified.Roots}, {string.Join(", ", verified.Roles.Select(r => $"{r.Key} v{r.Value}"))}; {verified.Targets} targets.");
            }
            foreach (var problem in verified.Problems)
            {
                parsed.InvocationConfiguration.Error.WriteLine(problem);
            }
            if (verified.IsValid)
            {
                // Not against any rule, and devices stand still all the same.
                foreach (var obstacle in RolloutObstacle.All(RepositoryContent.ReadPublished(layout)))
                {
                    await parsed.InvocationConfiguration.Error.WriteLineAsync($"Warning: {obstacle}.").ConfigureAwait(false);
                }
            }
            return verified.IsValid ? ExitCode.Ok : ExitCode.Failed;
        }));
        return command;
    }
}
