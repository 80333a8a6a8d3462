using System.CommandLine;
using EdgeRunner.Fleet.Commands;
using EdgeRunner.Fleet.Devices;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Rollouts;

/// <summary><c>edgefleet rollout status [GROUP]</c>: what the repository wants beside what the devices report.</summary>
internal static class RolloutStatusCommand
{
    internal static Command Create(CommandEnvironment environment)
    {
        var group = RolloutCommand.GroupArgument();
        group.Arity = ArgumentArity.ZeroOrOne;
        group.Description = "The group. Default: all.";
        var model = new Option<string?>("--model") { Description = "Only this model.", HelpName = "MODEL" };
        var watch = new Option<bool>("--watch", "-w") { Description = "Show what changes until all devices that take part are done. Where the output is no terminal: a line for each change." };
        var timeout = TimeoutOption();
        var repo = new RepoOptions();
        var broker = new BrokerOptions();
        var command = new Command("status", "Shows how far the devices of a group are, from what they report to the broker. Exit code: 0 all done, 1 a device has given up or is pinned, 75 not done yet.")
        {
            group, model, watch, timeout, repo.Directory, repo.Json,
        };
        broker.AddTo(command);
        command.SetAction((parsed, cancellationToken) => CommandOutcome.RunAsync(parsed, parsed.GetValue(repo.Json), async output =>
        {
            var wanted = new WantedStates(new RepositoryLayout(parsed.GetRequiredValue(repo.Directory)), parsed.GetValue(group));
            if (wanted.Read().Count == 0)
            {
                throw new NotFoundException("Nothing is rolled out. Begin with `edgefleet rollout set GROUP MODEL@VERSION`.");
            }
            var limit = Timeout(parsed, timeout);
            if (limit is not null && !parsed.GetValue(watch))
            {
                throw new UsageException("--timeout is for --watch.");
            }
            var fleet = await FleetConnection.OpenAsync(broker.SessionOf(parsed, "edgefleet-status"), broker.FleetOf(parsed), environment.TimeProvider, cancellationToken).ConfigureAwait(false);
            try
            {
                if (parsed.GetValue(model) is { } named)
                {
                    RequireModel(named, wanted.Read(), fleet.Devices.Snapshot().Devices);
                }
                var show = new RolloutWatch(fleet, wanted, parsed.GetValue(model), environment, output, parsed.GetValue(repo.Json));
                return parsed.GetValue(watch) ? await show.WatchAsync(limit, cancellationToken).ConfigureAwait(false) : show.Once();
            }
            finally
            {
                await fleet.DisposeAsync().ConfigureAwait(false);
            }
        }));
        return command;
    }

    /// <summary>Nothing to show of a model must not look like a model that is done.</summary>
    /// <exception cref="NotFoundException">No rollout names it.</exception>
    private static void RequireModel(string model, IReadOnlyList<ShownRollout> wanted, IReadOnlyList<DeviceView> devices)
    {
        string[] rolledOut = [.. wanted.SelectMany(w => w.Models.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (rolledOut.Contains(model, StringComparer.Ordinal))
        {
            return;
        }
        var having = devices.Where(d => Models(d).Contains(model, StringComparer.Ordinal)).Select(d => d.Id).ToArray();
        string[] elsewhere = [.. devices.SelectMany(Models).Except(rolledOut, StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var groups = string.Join(", ", wanted.Select(w => w.Group));
        var there = $"Rolled out to {groups}: {(rolledOut.Length == 0 ? "nothing" : SeenDevices.Names(rolledOut))}";
        throw new NotFoundException(having.Length > 0
            ? $"No rollout to {groups} names the model {Printable.Clean(model)}; devices have it: {SeenDevices.Names(having)}. {there}."
            : $"No rollout to {groups} and no device names a model {Printable.Clean(model)}. {NearestNames.Hint(model, rolledOut.Union(elsewhere, StringComparer.Ordinal))}{there}{(elsewhere.Length == 0 ? "" : $"; on devices besides: {SeenDevices.Names(elsewhere)}")}.");

        static IEnumerable<string> Models(DeviceView device) => device.Report is { } report ? report.Models.Select(m => m.Name).Concat((report.Updates ?? []).Select(u => u.Model)) : [];
    }

    internal static Option<string?> TimeoutOption() => new("--timeout") { Description = "Stop waiting after this time: 90s, 10m, 2h or 1d. Default: never.", HelpName = "T" };

    internal static TimeSpan? Timeout(ParseResult parsed, Option<string?> option) => parsed.GetValue(option) is { } text ? RolloutValues.Span("--timeout", text) : null;
}
