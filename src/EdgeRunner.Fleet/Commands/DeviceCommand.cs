using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using EdgeRunner.Fleet.Devices;
using EdgeRunner.Fleet.Encryption;
using EdgeRunner.Fleet.Repository;
using EdgeRunner.Trust.Encryption;
using EdgeRunner.Trust.Metadata;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Commands;

/// <summary><c>edgefleet device enroll|list|show|set-groups|remove</c>: which devices models are encrypted for.</summary>
internal static class DeviceCommand
{
    private const int MaxKeyFileBytes = 64 << 10;

    internal static Command Create(CommandEnvironment environment) => new("device", "Keeps the devices that models are encrypted for: their public keys and groups.")
    {
        Enroll(environment), List(), Show(), SetGroups(environment), Remove(environment),
    };

    private static Command Enroll(CommandEnvironment environment)
    {
        var name = NameArgument();
        var file = new Argument<string>("PUBLIC_KEY_FILE") { Description = "What `edgerunner device-key show` prints on the device, as PEM or JSON; - reads it from the standard input." };
        var groups = new Option<string[]>("--group", "-g") { Description = "A group to put it in, for `model add --encrypt-for`; not the group of rollouts (updates.group). May be given several times.", HelpName = "GROUP", DefaultValueFactory = _ => [] };
        var command = new Command("enroll", "Enrolls a device, or one more key of a device that is enrolled.") { name, file, groups };
        return Changing(command, environment, (parsed, content, registry) =>
        {
            var key = ReadKey(parsed.GetRequiredValue(file));
            RequireNoSigningKey(content, parsed.GetRequiredValue(file), key);
            var device = registry.Enroll(parsed.GetRequiredValue(name), key, parsed.GetValue(groups) ?? [], environment.TimeProvider.GetUtcNow());
            var isNew = device.Keys.Count == 1;
            return (new DeviceChange(
                [isNew ? $"Enrolled {device.Id}{InGroups(device)}, key {key.Thumbprint} ({key.Title})." : $"{device.Id} has {device.Keys.Count} keys now; the new one is {key.Thumbprint} ({key.Title})."],
                [
                    $"Compare the key with what `edgerunner device-key show` says on the device: whoever could exchange the file on its way would read the models.",
                    .. device.Groups.Count == 0 ? [$"It is in no group: `edgefleet device set-groups {device.Id} GROUP`."] : Array.Empty<string>(),
                ],
                device), device.Groups);
        });
    }

    private static Command SetGroups(CommandEnvironment environment)
    {
        var name = NameArgument();
        var groups = new Argument<string[]>("GROUP") { Description = "The groups that it is to be in; none takes it out of all.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("set-groups", "Puts a device into other groups.") { name, groups };
        return Changing(command, environment, (parsed, _, registry) =>
        {
            var before = registry.Find(parsed.GetRequiredValue(name)).Groups;
            var device = registry.SetGroups(parsed.GetRequiredValue(name), parsed.GetValue(groups) ?? []);
            var left = before.Except(device.Groups, StringComparer.Ordinal).ToArray();
            return (new DeviceChange([$"{device.Id} is {(device.Groups.Count == 0 ? "in no group" : InGroups(device)[2..])} now."], left.Length > 0 ? [Keeps(device.Id)] : [], device), [.. before.Union(device.Groups, StringComparer.Ordinal)]);
        });
    }

    private static Command Remove(CommandEnvironment environment)
    {
        var name = NameArgument();
        var key = new Option<string?>("--key") { Description = "Take only the key away whose thumbprint begins so.", HelpName = "THUMBPRINT" };
        var command = new Command("remove", "Takes a device, or one of its keys, out: nothing new is encrypted for it.") { name, key };
        return Changing(command, environment, (parsed, _, registry) =>
        {
            var id = parsed.GetRequiredValue(name);
            var groups = registry.Find(id).Groups;
            var device = registry.Remove(id, parsed.GetValue(key));
            return (new DeviceChange([device is null ? $"Removed {id}." : $"Removed one key of {id}; it has {device.Keys.Count} left."], [Keeps(id)], device), groups);
        });
    }

    private static Command List()
    {
        var group = new Option<string?>("--group", "-g") { Description = "Only devices of this group.", HelpName = "GROUP" };
        var repo = new RepoOptions();
        var command = new Command("list", "Lists the enrolled devices.") { group, repo.Directory, repo.Json };
        command.SetAction((parsed, _) => CommandOutcome.RunAsync(parsed, parsed.GetValue(repo.Json), output =>
        {
            var all = Registry(parsed, repo).Read();
            var devices = parsed.GetValue(group) is { } one ? InGroup(all, one) : all;
            if (parsed.GetValue(repo.Json))
            {
                output.WriteLine(JsonSerializer.Serialize(devices, EncryptionJsonContext.Default.IReadOnlyListEnrolledDevice));
            }
            else if (devices.Count == 0)
            {
                output.WriteLine("No devices. Enroll one with `edgefleet device enroll NAME PUBLIC_KEY_FILE --group GROUP`.");
            }
            else
            {
                var (id, groups) = (devices.Max(d => d.Id.Length), devices.Max(d => Groups(d).Length));
                foreach (var device in devices)
                {
                    output.WriteLine($"{device.Id.PadRight(id)}  {Groups(device).PadRight(groups)}  {string.Join(", ", device.Keys.Select(k => $"{k.Thumbprint} ({k.Kind})"))}");
                }
            }
            return Task.FromResult(ExitCode.Ok);
        }));
        return command;
    }

    private static Command Show()
    {
        var name = NameArgument();
        var repo = new RepoOptions();
        var command = new Command("show", "Shows a device with its keys.") { name, repo.Directory, repo.Json };
        command.SetAction((parsed, _) => CommandOutcome.RunAsync(parsed, parsed.GetValue(repo.Json), output =>
        {
            var device = Registry(parsed, repo).Find(parsed.GetRequiredValue(name));
            if (parsed.GetValue(repo.Json))
            {
                output.WriteLine(JsonSerializer.Serialize(device, EncryptionJsonContext.Default.EnrolledDevice));
                return Task.FromResult(ExitCode.Ok);
            }
            output.WriteLine($"{device.Id}\n  groups  {Groups(device)}");
            foreach (var key in device.Keys)
            {
                output.WriteLine($"  key     {key.Thumbprint}, {key.Kind}, enrolled {key.Enrolled.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)}");
            }
            return Task.FromResult(ExitCode.Ok);
        }));
        return command;
    }

    private static Command Changing(Command command, CommandEnvironment environment, Func<ParseResult, RepositoryContent, DeviceRegistry, (DeviceChange Report, IReadOnlyCollection<string> Groups)> change)
    {
        var repo = new RepoOptions();
        var modelKeys = new EncryptOptions().ModelKeys;
        command.Add(repo.Directory);
        command.Add(modelKeys);
        command.Add(repo.Json);
        command.SetAction((parsed, cancellationToken) => CommandOutcome.RunAsync(parsed, parsed.GetValue(repo.Json), async output =>
        {
            using var repository = await RepositoryOpening.OpenAsync(parsed.GetRequiredValue(repo.Directory), onlineKeys: null, environment.TimeProvider, cancellationToken).ConfigureAwait(false);
            var registry = new DeviceRegistry(repository.Content.Layout);
            var (report, groups) = change(parsed, repository.Content, registry);
            var commands = RekeyAdvice.For(repository.Content, new ModelKeyStore(repository.Content.Layout, parsed.GetValue(modelKeys)), groups);
            if (commands.Count > 0)
            {
                report = report with { Advice = [.. report.Advice, .. commands.Select(c => $"To tell the versions that are encrypted already: {c}")] };
            }
            if (parsed.GetValue(repo.Json))
            {
                output.WriteLine(JsonSerializer.Serialize(report, EncryptionJsonContext.Default.DeviceChange));
            }
            else
            {
                foreach (var line in report.Done.Concat(report.Advice))
                {
                    output.WriteLine(line);
                }
            }
            return ExitCode.Ok;
        }));
        return command;
    }

    /// <exception cref="UsageException">There is no such file, or it is no public key.</exception>
    private static DevicePublicKey ReadKey(string file)
    {
        try
        {
            if (file is "-")
            {
                return DevicePublicKey.Parse(Console.In.ReadToEnd());
            }
            return new FileInfo(file).Length <= MaxKeyFileBytes ? DevicePublicKey.Parse(File.ReadAllText(file)) : throw new SealException(SealFailure.BadKey, $"it has more than {MaxKeyFileBytes} bytes");
        }
        catch (SealException e)
        {
            throw new SealException(e.Failure, $"{file}: {e.Message}", e);
        }
    }

    private static string Keeps(string id) => $"{id} keeps the models and keys that it has; nothing takes them back. Only a new version under a new key locks it out.";

    private static string InGroups(EnrolledDevice device) => device.Groups.Count == 0 ? "" : $", in {string.Join(", ", device.Groups)}";

    private static string Groups(EnrolledDevice device) => device.Groups.Count == 0 ? "-" : string.Join(",", device.Groups);

    /// <exception cref="NotFoundException">No device is in it.</exception>
    private static EnrolledDevice[] InGroup(IReadOnlyList<EnrolledDevice> all, string group)
    {
        EnrolledDevice[] devices = [.. all.Where(d => d.Groups.Contains(group, StringComparer.Ordinal))];
        string[] groups = [.. all.SelectMany(d => d.Groups).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return devices.Length > 0 ? devices : throw new NotFoundException(
            $"No enrolled device is in the group {group}. {NearestNames.Hint(group, groups)}{(groups.Length == 0 ? "No group has a device" : $"Groups are: {string.Join(", ", groups)}")}. These groups are for encryption only, and not those of `rollout`.");
    }

    /// <summary>A person's or a server's key must not be a device's: what is encrypted for it, no device could read.</summary>
    /// <exception cref="SealException">It signs something in this repository.</exception>
    private static void RequireNoSigningKey(RepositoryContent content, string file, DevicePublicKey key)
    {
        var pem = key.ToPem();
        PemEncoding.TryFind(pem, out var fields);
        var info = Convert.FromBase64String(pem[fields.Base64Data]);
        var delegators = content.TargetsRoles.Select(content.NewestTargets).Select(t => t!.Delegations).OfType<Delegations>();
        var roles = (content.NewestRoot is { } root ? root.Roles.Select(r => (Role: r.Key, r.Value.KeyIds, root.Keys)) : [])
            .Concat(delegators.SelectMany(d => d.Roles.Select(r => (Role: r.Name, r.Keys.KeyIds, d.Keys))));
        foreach (var (role, ids, keys) in roles)
        {
            if (ids.FirstOrDefault(id => keys.TryGetValue(id, out var known) && known.SubjectPublicKeyInfo.Span.SequenceEqual(info)) is { } id)
            {
                throw new SealException(SealFailure.BadKey, $"{file} is the key {id[..Math.Min(8, id.Length)]}, which signs {role}, and no device's. A device makes its own with `edgerunner device-key generate`; take what `edgerunner device-key show` prints there");
            }
        }
    }

    private static DeviceRegistry Registry(ParseResult parsed, RepoOptions repo)
    {
        var layout = new RepositoryLayout(parsed.GetRequiredValue(repo.Directory));
        return File.Exists(layout.SettingsFile) ? new DeviceRegistry(layout) : throw new RepositoryException(RepositoryFailure.NotARepository, role: null, layout.DirectoryPath,
            "there is no repository here: repository.json is missing", "Name the right directory with --repo, or make one with `edgefleet repo init`");
    }

    private static Argument<string> NameArgument() => new("NAME") { Description = "The device, as in its configuration (device.id)." };
}
