using System.CommandLine;
using System.Security.Cryptography;
using EdgeRunner.Fleet.Commands;
using EdgeRunner.Fleet.Devices;
using EdgeRunner.Messaging.Mqtt;
using EdgeRunner.Messaging.Rollouts;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Rollouts;

/// <summary><c>edgefleet rollout set GROUP MODEL@VERSION</c>.</summary>
internal static class RolloutSetCommand
{
    private const int SeedDigits = 16;

    internal static Command Create(CommandEnvironment environment)
    {
        var group = RolloutCommand.GroupArgument();
        var release = new Argument<string>("MODEL@VERSION") { Description = "What to run, e.g. vision-people@1.2.0. It must be published: see `edgefleet model list`." };
        var percent = new Option<string?>("--percent") { Description = "Part of the group's devices, 0 to 100 with up to two decimals. More of the same version only ever adds devices. Default: as before for the same version, else 100.", HelpName = "P" };
        var notBefore = new Option<string?>("--not-before") { Description = "Devices begin at this moment: 2026-12-01T02:00Z, 2026-12-01T03:00+01:00, or from now +90m, +2h, +1d; `now` takes a moment back. Default for a new version: at once.", HelpName = "T" };
        var seed = new Option<string?>("--seed") { Description = "Text that draws which devices take part. Default: as before for the same version, else drawn anew.", HelpName = "S" };
        var maxError = new Option<string?>("--max-error") { Description = "Trial: largest part of windows that may fail, 0 to 1 or in percent, e.g. 0.01 or 1%.", HelpName = "R" };
        var maxLatency = Number("--max-latency", "Trial: largest p99 of a run, as a multiple of this device's p99 with the version before; 1 to 1000.", "X");
        var maxDrift = Number("--max-drift", "Trial: largest distance of the outputs' distribution from that of the version before (population stability index); 0 to 100.", "D");
        var windows = new Option<long?>("--trial-windows") { Description = "Trial: windows to watch. It ends with these or with --trial-minutes, whichever comes first.", HelpName = "N" };
        var minutes = Number("--trial-minutes", "Trial: minutes to watch; 0 to 10080.", "M");
        var shadow = new Option<long?>("--shadow-windows") { Description = "Trial: windows to run beside the old version before anything is swapped; 0 = none.", HelpName = "N" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Devices only tell whether they could take it (space, memory, opset, providers, key); nothing is moved." };
        var wait = new Option<bool>("--wait") { Description = "Show what the devices do until all that take part are done, as `rollout status --watch` does. Needs the broker." };
        var timeout = RolloutStatusCommand.TimeoutOption();
        var repo = new RepoOptions();
        var broker = new BrokerOptions();
        var command = new Command("set", "Rolls a version out to a group: signed with the online key and published at once. Other models of the group stay as they are.")
        {
            group, release, percent, notBefore, seed, maxError, maxLatency, maxDrift, windows, minutes, shadow, dryRun, wait, timeout,
        };
        repo.AddTo(command);
        broker.AddTo(command);
        command.SetAction((parsed, cancellationToken) => CommandOutcome.RunAsync(parsed, parsed.GetValue(repo.Json), async output =>
        {
            var now = environment.TimeProvider.GetUtcNow();
            var (model, version) = RolloutValues.Release(parsed.GetRequiredValue(release));
            var request = new RolloutRequest
            {
                PercentHundredths = parsed.GetValue(percent) is { } part ? RolloutValues.Percent(part) : null,
                NotBefore = parsed.GetValue(notBefore) is { } moment ? RolloutValues.Moment(moment, now) : null,
                Seed = parsed.GetValue(seed),
                DryRun = parsed.GetValue(dryRun),
                Trial = new TrialLimits
                {
                    MaxErrorRate = RolloutValues.Number("--max-error", parsed.GetValue(maxError), percentAllowed: true),
                    MaxLatencyRatio = RolloutValues.Number("--max-latency", parsed.GetValue(maxLatency)),
                    MaxDrift = RolloutValues.Number("--max-drift", parsed.GetValue(maxDrift)),
                    Windows = parsed.GetValue(windows),
                    Minutes = RolloutValues.Number("--trial-minutes", parsed.GetValue(minutes)),
                    ShadowWindows = parsed.GetValue(shadow),
                },
            };
            var limit = RolloutStatusCommand.Timeout(parsed, timeout);
            if (limit is not null && !parsed.GetValue(wait))
            {
                throw new UsageException("--timeout is for --wait.");
            }
            if (!parsed.GetValue(wait))
            {
                var (seen, unasked) = await AskAsync(parsed, cancellationToken).ConfigureAwait(false);
                RolloutCommand.Print(output, parsed.GetValue(repo.Json), await SetAsync(parsed, model, version, request, seen, unasked, cancellationToken).ConfigureAwait(false));
                return ExitCode.Ok;
            }
            // The broker first: who wants to wait does not want a rollout that cannot be seen.
            var fleet = await FleetConnection.OpenAsync(broker.SessionOf(parsed, "edgefleet-rollout"), broker.FleetOf(parsed), environment.TimeProvider, cancellationToken).ConfigureAwait(false);
            try
            {
                RolloutCommand.Print(output, parsed.GetValue(repo.Json), await SetAsync(parsed, model, version, request, fleet.Devices.Snapshot().Devices, unasked: null, cancellationToken).ConfigureAwait(false));
                var wanted = new WantedStates(new RepositoryLayout(parsed.GetRequiredValue(repo.Directory)), parsed.GetRequiredValue(group));
                return await new RolloutWatch(fleet, wanted, model, environment, output, parsed.GetValue(repo.Json)).WatchAsync(limit, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                await fleet.DisposeAsync().ConfigureAwait(false);
            }
        }));
        return command;

        static Option<string?> Number(string name, string description, string helpName) => new(name) { Description = description, HelpName = helpName };

        // Only about a new group, and before the lock: a broker that is away must neither hold up a rollout nor stop it.
        async Task<(IReadOnlyList<DeviceView>? Devices, string? Unasked)> AskAsync(ParseResult parsed, CancellationToken cancellationToken)
        {
            if (!broker.IsGiven(parsed))
            {
                return (null, "name the broker with --broker to have that looked at");
            }
            var content = RepositoryContent.ReadPublished(new RepositoryLayout(parsed.GetRequiredValue(repo.Directory)));
            if (!GroupCheck.IsNew(content, parsed.GetRequiredValue(group)))
            {
                return (null, null);
            }
            try
            {
                var fleet = await FleetConnection.OpenAsync(broker.SessionOf(parsed, "edgefleet-rollout"), broker.FleetOf(parsed), environment.TimeProvider, cancellationToken).ConfigureAwait(false);
                try
                {
                    return (fleet.Devices.Snapshot().Devices, null);
                }
                finally
                {
                    await fleet.DisposeAsync().ConfigureAwait(false);
                }
            }
            catch (Exception e) when (e is BrokerException or MqttException)
            {
                return (null, e.Message);
            }
        }

        async Task<RolloutReport> SetAsync(ParseResult parsed, string model, string version, RolloutRequest request, IReadOnlyList<DeviceView>? seen, string? unasked, CancellationToken cancellationToken)
        {
            var name = parsed.GetRequiredValue(group);
            using var change = await RolloutChange.OpenAsync(parsed, repo, name, environment, cancellationToken).ConfigureAwait(false);
            var found = PublishedRelease.Find(change.Content, model, version);
            if (found.IsRevoked)
            {
                throw new RepositoryException(RepositoryFailure.Refused, role: null, file: null, $"{model} {version} is release {found.Number}, and devices must not run any below {found.MinRelease} (min-release)",
                    "Choose a later version; see `edgefleet model list`");
            }
            var before = change.Before();
            var models = new Dictionary<string, DesiredModel>(before?.Models ?? new Dictionary<string, DesiredModel>(StringComparer.Ordinal), StringComparer.Ordinal);
            var plan = RolloutPlan.Make(models.GetValueOrDefault(model), found, request, environment.TimeProvider.GetUtcNow(),
                () => RandomNumberGenerator.GetHexString(SeedDigits, lowercase: true), v => PublishedRelease.IsUsable(change.Content, model, v));
            models[model] = plan.Next;
            var stranger = GroupCheck.IsNew(change.Content, name) ? GroupCheck.Warning(change.Content, name, seen, unasked) : null;
            return await change.PublishAsync(models, [$"{name}: {model} {version} (release {found.Number}) for {RolloutText.Conditions(plan.Next)}."], stranger is null ? plan.Warnings : [.. plan.Warnings, stranger], cancellationToken).ConfigureAwait(false);
        }
    }
}
