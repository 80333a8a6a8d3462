using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Serving;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.Offline;

namespace EdgeRunner.Device.Commands;

/// <summary><c>edgerunner update --from DIR</c>: one update from a stick, watched to its end. With a daemon through it; without one up to the trial, which is the
/// daemon's at its next start.</summary>
internal static class UpdateFromCommand
{
    /// <summary>How often the daemon is asked.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(300);

    /// <summary>So many looks in a row at which nothing is to be done: one model's update begins a moment after another's end.</summary>
    private const int QuietLooks = 4;

    /// <summary>Runs it.</summary>
    public static async Task<int> RunAsync(string config, string directory, bool retry, bool json, CancellationToken cancellationToken)
    {
        if (await UpdateCommand.LoadAsync(config, json).ConfigureAwait(false) is not { } configuration) return ExitCode.Configuration;
        directory = Path.GetFullPath(directory);
        var progress = new UpdateProgress(json ? TextWriter.Null : Console.Error, isTerminal: !Console.IsErrorRedirected);
        return await UpdateAsking.RunAsync(
            configuration.Storage, json,
            (client, stop) => ThroughDaemonAsync(client, new UpdateCheckRequest(directory, retry), progress, stop),
            () => AloneAsync(configuration, directory, retry, progress, cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    private static async Task<UpdateAnswer> ThroughDaemonAsync(ControlSocketClient client, UpdateCheckRequest request, UpdateProgress progress, CancellationToken cancellationToken)
    {
        var answer = await client.PostAsync(
            UpdateEndpoints.CheckPath, request, UpdateCommandContext.Default.UpdateCheckRequest, UpdateCommandContext.Default.UpdateAnswer, cancellationToken).ConfigureAwait(false);
        if (!answer.Done) return answer;
        for (var quiet = 0; ;)
        {
            var status = await client.GetAsync(UpdateEndpoints.StatusPath, UpdateCommandContext.Default.UpdateStatus, cancellationToken).ConfigureAwait(false);
            progress.Show(status);
            if (UpdateEnding.FindTrouble(status) is { } trouble && ++quiet >= QuietLooks) return End(progress, trouble);
            if (UpdateEnding.IsReached(status) && ++quiet >= QuietLooks) return End(progress, UpdateEnding.Tell(status, answer));
            if (!UpdateEnding.IsReached(status) && UpdateEnding.FindTrouble(status) is null) quiet = 0;
            await Task.Delay(Beat, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<UpdateAnswer> AloneAsync(DeviceConfiguration configuration, string directory, bool retry, UpdateProgress progress, CancellationToken cancellationToken)
    {
        var update = new OfflineUpdate(configuration, TimeProvider.System, UpdateAsking.Say);
        var work = Task.Run(() => update.InstallAsync(directory, retry, cancellationToken), cancellationToken);
        while (await Task.WhenAny(work, Task.Delay(Beat, TimeProvider.System, CancellationToken.None)).ConfigureAwait(false) != work) progress.Show(update.Snapshot());
        progress.Show(update.Snapshot());
        progress.End();
        return await work.ConfigureAwait(false);
    }

    private static UpdateAnswer End(UpdateProgress progress, UpdateAnswer answer)
    {
        progress.End();
        return answer;
    }
}
