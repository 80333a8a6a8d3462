using System.CommandLine;
using EdgeRunner.Fleet.Repository;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Commands;

/// <summary><c>edgefleet repo recover</c>: after online keys were lost or stolen.</summary>
internal static class RepoRecoverCommand
{
    internal static Command Create(CommandEnvironment environment)
    {
        var roles = new Option<string[]>("--role") { Description = "A role whose online key was lost or stolen. May be given several times. Default: those whose key is missing.", HelpName = "ROLE", DefaultValueFactory = _ => [] };
        var command = new Command("recover", "After online keys were lost or stolen: makes new ones and stages what root, or targets, has to sign.") { roles };
        return RepoCommand.Changing(command, environment, (parsed, repository, _) =>
        {
            var named = parsed.GetValue(roles)!;
            var lost = named.Length > 0 ? named : [.. repository.OnlineRoles.Where(r => repository.AuthorityOf(r) is var a && a.RoleKeys.KeyIds.Count(repository.Online.Has) < a.RoleKeys.Threshold)];
            if (lost.Length == 0)
            {
                throw new UsageException($"No online key is missing in {repository.OnlineKeysDirectory}. When one was stolen, say whose: --role {string.Join(" --role ", repository.OnlineRoles)}.");
            }
            var done = new List<string>();
            foreach (var role in lost)
            {
                if (!repository.IsOnline(role))
                {
                    throw new UsageException($"{role} is not signed online. Change its keys with `edgefleet repo rotate-key {role}`.");
                }
                repository.ReplaceKeys(role, new NewRole([NewOnlineKey.Make(repository, role, done)], 1));
            }
            return Task.FromResult<IReadOnlyList<string>>(done);
        });
    }
}
