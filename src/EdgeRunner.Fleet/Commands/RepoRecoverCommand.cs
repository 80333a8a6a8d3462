using System.CommandLine;
using EdgeRunner.Fleet.Repository;
using EdgeRunner.Trust.Metadata;
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
            var named = parsed.GetValue(roles)!.Distinct(StringComparer.Ordinal).ToArray();
            // One without an authority is leaving, or was staged together with a delegation that was given up: nobody waits for its key.
            string[] online = [.. repository.OnlineRoles.Where(r => repository.Content.StagedAuthoritiesOf(r).Count > 0)];
            var lost = named.Length > 0 ? named : [.. online.Where(r => repository.AuthorityOf(r) is var a && a.RoleKeys.KeyIds.Count(repository.Online.Has) < a.RoleKeys.Threshold)];
            if (lost.Length == 0)
            {
                throw new UsageException($"No online key is missing in {repository.OnlineKeysDirectory}. When one was stolen, say whose: --role {string.Join(" --role ", online)}.");
            }
            // All of it before the first key is made: half a recovery is worse than none.
            if (lost.FirstOrDefault(r => !repository.IsOnline(r)) is { } offline)
            {
                throw new UsageException($"{offline} is not signed online. Change its keys with `edgefleet repo rotate-key {offline}`.");
            }
            RequireFreeTargets(repository, lost);
            repository.RequireReplaceable(lost);
            var done = new List<string>();
            foreach (var role in lost)
            {
                repository.ReplaceKeys(role, new NewRole([NewOnlineKey.Make(repository, role, done)], 1));
            }
            return Task.FromResult<IReadOnlyList<string>>(done);
        });
    }

    /// <summary>The key of a role like <c>rollout</c> is named in targets, of which the published version waits for its new keys: it cannot change at the same time.</summary>
    private static void RequireFreeTargets(TufRepository repository, string[] lost)
    {
        string[] delegated = [.. lost.Where(r => !RoleNames.IsTopLevel(r))];
        if (delegated.Length == 0 || !repository.IsTargetsCountersigned)
        {
            return;
        }
        string[] top = [.. lost.Where(r => RoleNames.IsTopLevel(r))];
        throw new RepositoryException(RepositoryFailure.Refused, RoleNames.Targets, file: null, $"its keys are being changed, and till that is signed and published the key of {string.Join(" and ", delegated)} cannot be: targets names it",
            $"Nothing was changed. {(top.Length == 0
                ? "Sign the change with `edgefleet repo sign`, and run this again"
                : $"Run `edgefleet repo recover{Say(top)}` first: root signs that together with the change. When both are published, run `edgefleet repo recover{Say(delegated)}`")}. Or give the change up with `edgefleet repo drop targets` and `edgefleet repo drop root`, and run this again");

        static string Say(IEnumerable<string> roles) => string.Concat(roles.Select(r => " --role " + r));
    }
}
