using System.CommandLine;
using System.Globalization;
using EdgeRunner.Fleet.Keys;
using EdgeRunner.Fleet.Repository;
using EdgeRunner.Trust.Keys;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Commands;

/// <summary><c>edgefleet repo init DIR</c>: guided on a terminal when no keys are given, else by its options alone.</summary>
internal static class RepoInitCommand
{
    private const int KeysPerRole = 3;

    internal static Command Create(CommandEnvironment environment)
    {
        var directory = new Argument<string>("DIR") { Description = "Where the repository is to be." };
        var generate = new Option<string?>("--generate-keys") { Description = "Make the offline keys that are not given: root-1..3, targets-1..3 and one for each team, in this directory.", HelpName = "DIR" };
        var rootKeys = Files("--root-key", "A key file for root: public, or private to sign at once. May be given several times.");
        var targetsKeys = Files("--targets-key", "As --root-key, for targets.");
        var rootThreshold = new Option<int>("--root-threshold") { Description = "How many keys must sign root. Default: 2.", DefaultValueFactory = _ => 2 };
        var targetsThreshold = new Option<int>("--targets-threshold") { Description = "How many keys must sign targets. Default: 2.", DefaultValueFactory = _ => 2 };
        var teams = new Option<string[]>("--team") { Description = "A team and the targets it may publish, e.g. vision=models/vision-*/*. May be given several times. Default: main=models/*/*.", HelpName = "NAME[=PATTERN,...]", DefaultValueFactory = _ => [] };
        var teamKeys = new Option<string[]>("--team-key") { Description = "A key file of a team. May be given several times.", HelpName = "NAME=FILE", DefaultValueFactory = _ => [] };
        var teamThreshold = new Option<int>("--team-threshold") { Description = "How many keys of a team must sign. Default: 1.", DefaultValueFactory = _ => 1 };
        var type = KeyCommand.TypeOption();
        var lifetimes = new Option<string[]>("--expires") { Description = "Days from signing to expiry of a role, e.g. root=365; * stands for the teams. May be given several times.", HelpName = "ROLE=DAYS", DefaultValueFactory = _ => [] };
        var onlineKeys = new Option<string?>("--online-keys") { Description = "Where the online keys go. Default: DIR-online-keys beside DIR.", HelpName = "DIR" };
        var json = new RepoOptions().Json;
        var sign = new SignOptions();
        var command = new Command("init", "Makes a repository: root and targets signed by people (2 of 3), a role for each team, online keys for the rest.")
        {
            directory, generate, rootKeys, targetsKeys, rootThreshold, targetsThreshold, teams, teamKeys, teamThreshold, type, lifetimes, onlineKeys, json,
        };
        sign.AddTo(command);
        command.SetAction((parsed, cancellationToken) => CommandOutcome.RunAsync(parsed, parsed.GetValue(json), async output =>
        {
            var target = Path.GetFullPath(parsed.GetRequiredValue(directory));
            var plans = Teams(parsed.GetValue(teams)!);
            var settings = new RepositorySettings(1, parsed.GetValue(onlineKeys) is { } given ? Path.GetFullPath(given) : $"../{Path.GetFileName(target)}-online-keys", ["rollout"], Lifetimes(parsed.GetValue(lifetimes)!));
            if (File.Exists(new RepositoryLayout(target).SettingsFile))
            {
                throw new RepositoryException(RepositoryFailure.AlreadyThere, role: null, target, "there is a repository here already", "Name another directory, or delete this one when it was never given to a device");
            }
            // Before the first key is made: a second try must not meet the keys of the first.
            RequireReachable("--root-threshold", parsed.GetValue(rootThreshold), parsed.GetValue(rootKeys)!.Length is > 0 and var r ? r : KeysPerRole);
            RequireReachable("--targets-threshold", parsed.GetValue(targetsThreshold), parsed.GetValue(targetsKeys)!.Length is > 0 and var t ? t : KeysPerRole);
            RequireReachable("--team-threshold", parsed.GetValue(teamThreshold), int.MaxValue);
            var generateIn = parsed.GetValue(generate);
            if (generateIn is null && parsed.GetValue(rootKeys)!.Length == 0 && parsed.GetValue(targetsKeys)!.Length == 0)
            {
                generateIn = Guide(environment.Terminal, parsed.InvocationConfiguration.Error, target);
            }
            var done = new List<string>();
            // Held from before the first key to the end: two who make a repository at one place must not meet in their keys either.
            using var place = RepositoryPlace.Take(target, environment.TimeProvider);
            using var made = new NewFiles(target);
            var maker = new OfflineKeys(generateIn, KeyCommand.KindOf(parsed.GetValue(type)), sign.Passphrases(parsed, environment.Terminal), done, environment.KeyIterations, made);
            var root = maker.For("root", parsed.GetValue(rootKeys)!, KeysPerRole);
            var targets = maker.For("targets", parsed.GetValue(targetsKeys)!, KeysPerRole);
            var delegations = plans.Select(p => (Plan: p, Keys: maker.For(p.Name, [.. parsed.GetValue(teamKeys)!.Where(k => k.StartsWith(p.Name + "=", StringComparison.Ordinal)).Select(k => k[(p.Name.Length + 1)..])], parsed.GetValue(teamThreshold)))).ToArray();

            using var signers = sign.Open(parsed, environment.Terminal);
            maker.OpenInto(signers);
            var online = Path.GetFullPath(settings.OnlineKeys, target);
            var plan = new NewRepository(
                new NewRole([.. root.Select(k => k.Key)], parsed.GetValue(rootThreshold)),
                new NewRole([.. targets.Select(k => k.Key)], parsed.GetValue(targetsThreshold)),
                Online("snapshot"), Online("timestamp"),
                [
                    .. delegations.Select(d => new NewDelegation(d.Plan.Role, new NewRole([.. d.Keys.Select(k => k.Key)], parsed.GetValue(teamThreshold)), d.Plan.Patterns)),
                    new NewDelegation("rollout", Online("rollout"), ["rollout/*"], Online: true),
                ],
                settings);
            using var repository = TufRepository.Create(place, plan, environment.TimeProvider);
            made.Keep();
            done.Add($"Made the repository {target}. Its online keys are in {online}: readable by the depot's user only, and in no backup that others can read.");
            var session = new ChangeSession(environment.Terminal, parsed.GetValue(sign.Yes), parsed.InvocationConfiguration.Error,
                sign.Again(parsed, target, onlineKeys: null, [.. parsed.GetValue(sign.Keys) ?? [], .. maker.PrivateFiles]));
            var report = await session.FinishAsync(repository, signers.Signers, new StagedChange(done, []), cancellationToken).ConfigureAwait(false);
            if (repository.Content.IsPublished)
            {
                done.Add($"Provision devices with {repository.Content.Layout.RoleFile("root", 1)}.");
            }
            RepoCommand.Print(output, parsed.GetValue(json), report);
            return ExitCode.Ok;

            NewRole Online(string role)
            {
                using var key = KeyPair.Generate();
                var file = NewOnlineKey.FileFor(online, role, key.PublicKey);
                made.WriteKey(file, () => KeyFile.WriteNew(file, key, passphrase: null));
                return new NewRole([key.PublicKey], 1);
            }
        }));
        return command;

        static Option<string[]> Files(string name, string description) => new(name) { Description = description, HelpName = "FILE", DefaultValueFactory = _ => [] };
    }

    private static void RequireReachable(string option, int threshold, int keys)
    {
        if (threshold < 1 || threshold > keys)
        {
            throw new UsageException($"{option} {threshold} cannot be met{(threshold < 1 ? ": say 1 or more" : keys == 1 ? " by one key: say 1, or give more keys" : $" by {keys} keys: say 1 to {keys}")}.");
        }
    }

    /// <summary>Asks where the keys shall go.</summary>
    /// <exception cref="UsageException">There is nobody to ask.</exception>
    private static string Guide(ITerminal terminal, TextWriter error, string target)
    {
        if (!terminal.IsInteractive)
        {
            throw new UsageException("Say whose keys: --root-key FILE and --targets-key FILE (three times each), --team-key NAME=FILE, or --generate-keys DIR to make them.");
        }
        error.WriteLine("""
            A repository needs keys that people keep offline:
              root     3 keys, of which 2 must sign: they say which other keys count. Give each to another person.
              targets  3 keys, of which 2 must sign: they say which team may publish which models.
              a team   1 key, which signs its models.
            The keys are made here and encrypted with a passphrase each. Move them to USB sticks or tokens afterwards, and keep a copy of each in a safe.
            (If people made their keys already with `edgefleet key generate`, stop and give their .pub files with --root-key, --targets-key and --team-key.)
            """);
        var suggestion = target + "-offline-keys";
        var answer = terminal.Ask($"Directory for the new keys [{suggestion}]: ");
        return answer.Length == 0 ? suggestion : answer;
    }

    private static IReadOnlyList<TeamPlan> Teams(string[] texts)
    {
        if (texts.Length == 0)
        {
            return [TeamPlan.Default];
        }
        return [.. texts.Select(t => TeamPlan.Parse(t) ?? throw new UsageException($"--team {t} is not NAME=PATTERN,PATTERN with a name of letters, digits, - _ . and patterns that begin with models/"))];
    }

    private static Dictionary<string, int> Lifetimes(string[] texts)
    {
        var all = new Dictionary<string, int>(RepositorySettings.DefaultLifetimeDays, StringComparer.Ordinal);
        foreach (var text in texts)
        {
            var at = text.IndexOf('=', StringComparison.Ordinal);
            if (at < 1 || !int.TryParse(text.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var days) || days is < 1 or > 3650)
            {
                throw new UsageException($"--expires {text} is not ROLE=DAYS with 1 to 3650 days");
            }
            all[text[..at]] = days;
        }
        return all;
    }
}
