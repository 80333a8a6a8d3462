using System.CommandLine;
using EdgeRunner.Fleet.Keys;
using EdgeRunner.Fleet.Repository;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Commands;

/// <summary><c>edgefleet repo add-delegation ROLE</c>.</summary>
internal static class RepoAddDelegationCommand
{
    internal static Command Create(CommandEnvironment environment)
    {
        var role = new Argument<string>("ROLE") { Description = "Its name, e.g. models/vision." };
        var paths = new Option<string[]>("--path") { Description = "Targets that it may speak for, e.g. models/vision-*/*. * does not cross a /. May be given several times.", HelpName = "PATTERN", Required = true };
        var keys = new Option<string[]>("--role-key") { Description = "A key file that may sign it: public, or private with its .pub beside it. May be given several times.", HelpName = "FILE", DefaultValueFactory = _ => [] };
        var threshold = new Option<int>("--threshold") { Description = "How many of them must sign. Default: 1.", DefaultValueFactory = _ => 1 };
        var online = new Option<bool>("--online") { Description = "Sign it with a new online key, by `repo refresh`." };
        var open = new Option<bool>("--not-terminating") { Description = "Let roles after it speak for the same paths when it lists nothing for one." };
        var command = new Command("add-delegation", "Lets a team, or an online key, speak for some targets. Staged for the keys of targets and of the team to sign.") { role, paths, keys, threshold, online, open };
        return RepoCommand.Changing(command, environment, (parsed, repository, _) =>
        {
            var name = parsed.GetRequiredValue(role);
            if (parsed.GetValue(online) == (parsed.GetValue(keys)!.Length > 0))
            {
                throw new UsageException("Say either --role-key FILE, for people, or --online, for a new online key.");
            }
            var done = new List<string>();
            var publicKeys = parsed.GetValue(keys)!.Select(f => KeyFile.ReadPublic(f, passphrase: null)).ToList();
            if (parsed.GetValue(online))
            {
                publicKeys.Add(NewOnlineKey.Make(repository, name, done));
            }
            repository.AddDelegation(new NewDelegation(name, new NewRole(publicKeys, parsed.GetValue(threshold)), parsed.GetRequiredValue(paths), !parsed.GetValue(open), parsed.GetValue(online)));
            done.Add($"Staged: targets delegates {string.Join(" ", parsed.GetRequiredValue(paths))} to {name}.");
            return Task.FromResult<IReadOnlyList<string>>(done);
        });
    }
}
