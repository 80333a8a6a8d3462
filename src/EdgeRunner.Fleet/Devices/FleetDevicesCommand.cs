using System.CommandLine;
using System.Text.Json;
using EdgeRunner.Fleet.Commands;

namespace EdgeRunner.Fleet.Devices;

/// <summary><c>edgefleet fleet list|show</c>: the devices, from what they report to the broker.</summary>
internal static class FleetDevicesCommand
{
    internal static Command Create(CommandEnvironment environment) => new("fleet", "Shows the devices of the fleet, from what they report to the broker.") { List(environment), Show(environment) };

    private static Command List(CommandEnvironment environment)
    {
        var group = new Option<string?>("--group") { Description = "Only devices of this group.", HelpName = "GROUP" };
        return Reading(new Command("list", "Lists the devices.") { group }, environment, (parsed, json, devices, output) =>
        {
            var chosen = devices;
            if (parsed.GetValue(group) is { } one)
            {
                chosen = [.. devices.Where(d => string.Equals(d.Group, one, StringComparison.Ordinal))];
                if (chosen.Count == 0)
                {
                    throw SeenDevices.NoGroup(one, devices);
                }
            }
            output.Write(json ? JsonSerializer.Serialize(chosen, DevicesJsonOutput.Default.IReadOnlyListDeviceView) + "\n" : DeviceText.List(chosen, environment.TimeProvider.GetUtcNow()));
            return ExitCode.Ok;
        });
    }

    private static Command Show(CommandEnvironment environment)
    {
        var id = new Argument<string>("DEVICE") { Description = "Id of the device." };
        return Reading(new Command("show", "Shows all that a device reports.") { id }, environment, (parsed, json, devices, output) =>
        {
            var wanted = parsed.GetRequiredValue(id);
            var device = devices.FirstOrDefault(d => string.Equals(d.Id, wanted, StringComparison.Ordinal)) ?? throw SeenDevices.NoDevice(wanted, devices);
            output.Write(json ? JsonSerializer.Serialize(device, DevicesJsonOutput.Default.DeviceView) + "\n" : DeviceText.Details(device, environment.TimeProvider.GetUtcNow()));
            return ExitCode.Ok;
        });
    }

    private static Command Reading(Command command, CommandEnvironment environment, Func<ParseResult, bool, IReadOnlyList<DeviceView>, TextWriter, int> show)
    {
        var broker = new BrokerOptions();
        var json = new RepoOptions().Json;
        broker.AddTo(command);
        command.Add(json);
        command.SetAction((parsed, cancellationToken) => CommandOutcome.RunAsync(parsed, parsed.GetValue(json), async output =>
        {
            var fleet = await FleetConnection.OpenAsync(broker.SessionOf(parsed, "edgefleet-fleet"), broker.FleetOf(parsed), environment.TimeProvider, cancellationToken).ConfigureAwait(false);
            try
            {
                return show(parsed, parsed.GetValue(json), fleet.Devices.Snapshot().Devices, output);
            }
            finally
            {
                await fleet.DisposeAsync().ConfigureAwait(false);
            }
        }));
        return command;
    }
}
