using System.CommandLine;

namespace EdgeRunner.Fleet.Commands;

/// <summary><c>edgefleet repo renew ROLE</c>: the same content with a new expiry date.</summary>
internal static class RepoRenewCommand
{
    internal static Command Create(CommandEnvironment environment)
    {
        var roles = new Argument<string[]>("ROLE") { Description = "Roles that people sign, e.g. root.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("renew", "Stages the next version of a role with the same content and a new expiry date, for its keys to sign.") { roles };
        return RepoCommand.Changing(command, environment, (parsed, repository, _) =>
        {
            var done = new List<string>();
            foreach (var role in parsed.GetRequiredValue(roles))
            {
                if (repository.IsOnline(role))
                {
                    throw new UsageException($"{role} is signed online: `edgefleet repo refresh --all` renews it.");
                }
                repository.Renew(role);
                done.Add($"Staged: {role} with a new expiry date.");
            }
            return Task.FromResult<IReadOnlyList<string>>(done);
        });
    }
}
