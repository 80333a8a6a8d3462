using System.CommandLine;
using EdgeRunner.Fleet.Repository;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Commands;

/// <summary><c>edgefleet repo remove-delegation ROLE</c>: a team leaves.</summary>
internal static class RepoRemoveDelegationCommand
{
    internal static Command Create(CommandEnvironment environment)
    {
        var role = new Argument<string>("ROLE") { Description = "Its name, e.g. models/vision." };
        var force = new Option<bool>("--force") { Description = "Also when a rollout wants a release of it. Devices keep what they run." };
        var command = new Command("remove-delegation", "Lets a team, or an online key, speak for nothing any more: its releases go with it. Staged for the keys of targets to sign.") { role, force };
        return RepoCommand.Changing(command, environment, (parsed, repository, _) =>
        {
            var name = parsed.GetRequiredValue(role);
            var content = repository.Content;
            var loss = content.Roles.ContainsKey(name) && !RoleIsTop(name) && !content.Leaving.Contains(name, StringComparer.Ordinal) ? DelegationLoss.Of(content, name) : null;
            if (loss is { IsInUse: true } && !parsed.GetValue(force))
            {
                var reasons = loss.Wanted.Concat(loss.Groups.Select(g => $"it signs the rollout of {g}"));
                throw new RepositoryException(RepositoryFailure.Refused, name, file: null, $"it is in use: {string.Join("; ", reasons)}",
                    "Give these groups other releases with `edgefleet rollout set`, or end it with `edgefleet rollout remove`; or say --force: devices keep what they run, and cannot get it again");
            }
            repository.RemoveDelegation(name);
            return Task.FromResult<IReadOnlyList<string>>([$"Staged: targets delegates to {name} no more.", .. loss?.Lines() ?? []]);
        });
    }

    private static bool RoleIsTop(string role) => Trust.Metadata.RoleNames.IsTopLevel(role);
}
