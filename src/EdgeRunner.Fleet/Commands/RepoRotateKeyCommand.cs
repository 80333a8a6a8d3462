using System.CommandLine;
using EdgeRunner.Fleet.Keys;
using EdgeRunner.Fleet.Repository;
using EdgeRunner.Trust.Keys;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Commands;

/// <summary><c>edgefleet repo rotate-key ROLE</c>.</summary>
internal static class RepoRotateKeyCommand
{
    internal static Command Create(CommandEnvironment environment)
    {
        var role = new Argument<string>("ROLE") { Description = "root, targets, snapshot, timestamp, or a delegated role." };
        var add = new Option<string[]>("--add") { Description = "A key file to add: public, or private with its .pub beside it. May be given several times. Default for an online role: a new online key.", HelpName = "FILE", DefaultValueFactory = _ => [] };
        var remove = new Option<string[]>("--remove") { Description = "A key to take away: the beginning of its id (8 digits or more), its file, or `all`. May be given several times. Default for an online role: all.", HelpName = "KEY", DefaultValueFactory = _ => [] };
        var threshold = new Option<int?>("--threshold") { Description = "How many keys must sign from now on. Default: as before.", HelpName = "N" };
        var command = new Command("rotate-key", "Changes the keys of a role. Staged for those to sign who name its keys, and for the new keys where the old ones' signatures do not suffice.") { role, add, remove, threshold };
        return RepoCommand.Changing(command, environment, (parsed, repository, _) =>
        {
            var name = parsed.GetRequiredValue(role);
            var done = new List<string>();
            var authority = repository.AuthorityOf(name);
            var online = repository.IsOnline(name);
            var (added, removed) = (parsed.GetValue(add)!, parsed.GetValue(remove)!);
            if (added.Length + removed.Length == 0 && parsed.GetValue(threshold) is null && !online)
            {
                throw new UsageException($"Say what to change: --add FILE, --remove KEY or --threshold N. {name} has the keys {string.Join(", ", authority.RoleKeys.KeyIds.Select(k => k[..8]))}.");
            }
            var gone = removed.Length == 0 && online && added.Length == 0 && parsed.GetValue(threshold) is null
                ? authority.RoleKeys.KeyIds.ToHashSet(StringComparer.Ordinal)
                : removed.SelectMany(r => Find(r, name, authority)).ToHashSet(StringComparer.Ordinal);
            var keys = authority.RoleKeys.KeyIds.Where(id => !gone.Contains(id)).Select(id => authority.Keys[id])
                .Concat(added.Select(f => KeyFile.ReadPublic(f, passphrase: null))).DistinctBy(k => k.KeyId, StringComparer.Ordinal).ToList();
            if (online && added.Length == 0 && parsed.GetValue(threshold) is null)
            {
                keys.Add(NewOnlineKey.Make(repository, name, done));
            }
            repository.ReplaceKeys(name, new NewRole(keys, parsed.GetValue(threshold) ?? (int)authority.RoleKeys.Threshold));
            done.Add($"Staged: {name} has the keys {string.Join(", ", keys.Select(k => k.KeyId[..8]))}.");
            return Task.FromResult<IReadOnlyList<string>>(done);
        });
    }

    private static IEnumerable<string> Find(string key, string role, RoleAuthority authority)
    {
        if (key is "all")
        {
            return authority.RoleKeys.KeyIds;
        }
        const int MinPrefix = 8;
        var id = File.Exists(key) ? KeyFile.ReadPublic(key, passphrase: null).KeyId : key;
        var found = authority.RoleKeys.KeyIds.Where(k => id.Length >= MinPrefix && k.StartsWith(id, StringComparison.OrdinalIgnoreCase)).ToArray();
        return found.Length == 1 ? found : throw new KeyException(
            $"--remove {key}: {role} has {(found.Length == 0 ? "no such key" : "several such keys")}. It has {string.Join(", ", authority.RoleKeys.KeyIds.Select(k => k[..16]))}");
    }
}
