using System.Globalization;
using System.Text.Json;
using EdgeRunner.Fleet.Commands;
using EdgeRunner.Fleet.Devices;

namespace EdgeRunner.Fleet.Rollouts;

/// <summary>Shows how far rollouts are: once, or until all are done.</summary>
internal sealed class RolloutWatch(FleetConnection fleet, WantedStates wanted, string? model, CommandEnvironment environment, TextWriter output, bool json)
{
    /// <summary>Nobody reads faster, and a fleet of thousands reports often.</summary>
    private static readonly TimeSpan LeastPause = TimeSpan.FromMilliseconds(200);

    /// <summary>So often the repository is asked for news, and "offline for" grows.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private const int OtherLines = 6;
    private const int LeastDevices = 3;
    private const int PercentStep = 10;

    private readonly Dictionary<(string Group, string Model, string Device), string> _shown = [];
    private int _drawnLines;
    private string _drawn = "";

    /// <returns>The exit code.</returns>
    internal int Once()
    {
        var (devices, _) = fleet.Devices.Snapshot();
        var report = RolloutStatusReport.Of(wanted.Read(), model, devices, fleet.Fault, wanted.IsAll && model is null);
        if (json)
        {
            output.WriteLine(Json(report));
        }
        else
        {
            WriteAll(report);
        }
        return report.ExitCode;
    }

    /// <summary>Until all who take part are done.</summary>
    /// <param name="limit">Not longer than this; null = for ever.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The exit code.</returns>
    internal async Task<int> WatchAsync(TimeSpan? limit, CancellationToken cancellationToken)
    {
        var start = environment.TimeProvider.GetTimestamp();
        while (true)
        {
            var (devices, changed) = fleet.Devices.Snapshot();
            var report = RolloutStatusReport.Of(wanted.Read(), model, devices, fleet.Fault, wanted.IsAll && model is null);
            Show(report);
            if (report.Done)
            {
                WriteEnd(report);
                return report.ExitCode;
            }
            if (limit <= environment.TimeProvider.GetElapsedTime(start))
            {
                WriteEnd(report);
                return ExitCode.UnderWay;
            }
            await Task.WhenAny(changed, Task.Delay(LongestPause, environment.TimeProvider, cancellationToken)).ConfigureAwait(false);
            await Task.Delay(LeastPause, environment.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    private void Show(RolloutStatusReport report)
    {
        if (json)
        {
            var line = Json(report);
            if (!string.Equals(line, _drawn, StringComparison.Ordinal))
            {
                output.WriteLine(_drawn = line);
                output.Flush();
            }
        }
        else if (environment.Terminal.Screen is { } screen)
        {
            Draw(report, screen.Columns, screen.Rows);
        }
        else
        {
            WriteChanges(report);
        }
    }

    private void Draw(RolloutStatusReport report, int columns, int rows)
    {
        var devices = Math.Max(LeastDevices, (rows - 2) / Math.Max(1, report.Rollouts.Count) - OtherLines);
        // The last column stays free: a terminal may go to the next line when it is written. What does not fit would spoil the way back up.
        var lines = RolloutStatusText.Lines(report, Now, devices).Select(l => l.Length < columns ? l : l[..Math.Max(0, columns - 1)]).Take(Math.Max(1, rows - 1)).ToArray();
        var text = string.Join('\n', lines);
        if (!string.Equals(text, _drawn, StringComparison.Ordinal))
        {
            output.Write($"{(_drawnLines == 0 ? "" : $"\e[{_drawnLines}A\e[J")}{text}\n");
            output.Flush();
            (_drawn, _drawnLines) = (text, lines.Length);
        }
    }

    private void WriteChanges(RolloutStatusReport report)
    {
        var first = _drawnLines == 0;
        if (first)
        {
            WriteAll(report);
        }
        foreach (var rollout in report.Rollouts)
        {
            foreach (var device in rollout.Devices)
            {
                var key = (rollout.Group, rollout.Model, device.Device);
                var state = $"{device.State} {device.Wanted} {device.Running} {device.Online} {device.Update?.Phase} {device.Update?.ReasonCode} {device.CheckProblem?.Code} {Step(device)}";
                if (_shown.TryGetValue(key, out var before) && !string.Equals(before, state, StringComparison.Ordinal))
                {
                    output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                        $"{Now.UtcDateTime:HH:mm:ss}Z  {device.Device}  {rollout.Model} {device.Wanted ?? "-"}  {RolloutStatusText.StateOf(device)}  {RolloutStatusText.What(device, rollout.Desired, Now)}").TrimEnd());
                }
                else if (before is null && !first)
                {
                    output.WriteLine($"{device.Device} reports for the first time: {RolloutStatusText.StateOf(device)}");
                }
                _shown[key] = state;
            }
        }
        _drawnLines = 1;
        output.Flush();
    }

    /// <summary>On a terminal, and in JSON, the last picture says it all.</summary>
    private void WriteEnd(RolloutStatusReport report)
    {
        if (!json && environment.Terminal.Screen is null)
        {
            WriteAll(report);
        }
    }

    private void WriteAll(RolloutStatusReport report)
    {
        foreach (var line in RolloutStatusText.Lines(report, Now, int.MaxValue))
        {
            output.WriteLine(line);
        }
        output.Flush();
    }

    private DateTimeOffset Now => environment.TimeProvider.GetUtcNow();

    private static string Json(RolloutStatusReport report) => JsonSerializer.Serialize(report, RolloutJsonOutput.Default.RolloutStatusReport);

    private static int Step(DeviceProgress device) => device.Update is { Phase: "downloading", BytesTotal: > 0 } update
        ? (int)(RolloutStatusText.Percent(update.BytesDone ?? 0, update.BytesTotal.Value) / PercentStep)
        : 0;
}
