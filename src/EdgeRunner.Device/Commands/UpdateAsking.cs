using System.Text.Json;
using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.Serving;
using EdgeRunner.Device.Updates;

namespace EdgeRunner.Device.Commands;

/// <summary>Asks the daemon something about updates; where none runs, does it itself under the daemon's lock. Prints the answer.</summary>
internal static class UpdateAsking
{
    private const string NoAnswer = "daemon-no-answer";

    /// <summary>Asks and prints.</summary>
    /// <param name="storage">Where socket and stores are.</param>
    /// <param name="json">Print JSON.</param>
    /// <param name="ask">Asks the daemon.</param>
    /// <param name="act">Does it without one; null when only the daemon can.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(StorageOptions storage, bool json, Func<ControlSocketClient, CancellationToken, Task<UpdateAnswer>> ask, Func<Task<UpdateAnswer>>? act,
        CancellationToken cancellationToken)
    {
        UpdateAnswer answer;
        try
        {
            using var client = new ControlSocketClient(ControlSocket.PathIn(storage.RuntimeDirectory), ControlSocketClient.LongWork);
            using var looks = new ControlSocketClient(ControlSocket.PathIn(storage.RuntimeDirectory));
            answer = await DaemonWatch.Over(looks).ForAsync(stop => ask(client, stop), cancellationToken).ConfigureAwait(false);
        }
        catch (DaemonUnavailableException e) when (e.Reason == DaemonUnavailableReason.NotRunning && act is not null)
        {
            return await ActAsync(storage, json, act).ConfigureAwait(false);
        }
        catch (DaemonUnavailableException e)
        {
            return await ComplainAsync(e, json).ConfigureAwait(false);
        }

        return await PrintAsync(answer, json).ConfigureAwait(false);
    }

    /// <summary>Prints an answer: what was done to standard output, why it was not to standard error.</summary>
    public static async Task<int> PrintAsync(UpdateAnswer answer, bool json)
    {
        if (json) Console.WriteLine(JsonSerializer.Serialize(answer, UpdateCommandContext.Default.UpdateAnswer));
        else if (answer.Done) Console.WriteLine(answer.Words);
        else await Console.Error.WriteLineAsync($"edgerunner: {answer.Words}{(answer.Code is null ? "" : $" ({answer.Code})")}").ConfigureAwait(false);
        return answer.Done ? ExitCode.Ok : ExitCode.Failed;
    }

    /// <summary>Does something to the stores of a daemon that does not run.</summary>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> ActAsync(StorageOptions storage, bool json, Func<Task<UpdateAnswer>> act)
    {
        try
        {
            using var alone = InstanceLock.Take(storage.StateDirectory);
            var answer = await act().ConfigureAwait(false);
            if (answer.Done && !json) await Console.Error.WriteLineAsync("edgerunner: no daemon runs; its pipelines see this at their next start").ConfigureAwait(false);
            return await PrintAsync(answer, json).ConfigureAwait(false);
        }
        catch (InstanceLockedException e)
        {
            return await ComplainAsync($"a daemon runs but does not answer at {ControlSocket.PathIn(storage.RuntimeDirectory)}: {e.Message}", ExitCode.Unavailable, json, NoAnswer).ConfigureAwait(false);
        }
        catch (UnauthorizedAccessException e)
        {
            return await ComplainAsync($"{storage.StateDirectory} cannot be written: {e.Message} Use sudo.", ExitCode.Permission, json).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            return await ComplainAsync($"{e.Message}; see df and the rights of {storage.StateDirectory}", ExitCode.Failed, json, UpdateReasons.Storage).ConfigureAwait(false);
        }
    }

    /// <summary>What a person can do on the stores alone.</summary>
    public static ManualControl Alone(string stateDirectory)
    {
        var stores = UpdateStores.In(stateDirectory, TimeProvider.System, Say);
        return new ManualControl(stores, new StoreSwitch(stores.Bundles), TimeProvider.System);
    }

    /// <summary>Tells of a damaged file.</summary>
    public static void Say(string words) => Console.Error.WriteLine($"edgerunner: {words}");

    /// <summary>Says that the daemon could not be asked, in the form of every answer of these commands.</summary>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static Task<int> ComplainAsync(DaemonUnavailableException e, bool json) => ComplainAsync(
        e.Message,
        e.Reason == DaemonUnavailableReason.Permission ? ExitCode.Permission : ExitCode.Unavailable,
        json,
        e.Reason switch
        {
            DaemonUnavailableReason.NotRunning => "daemon-not-running",
            DaemonUnavailableReason.Permission => "daemon-not-permitted",
            DaemonUnavailableReason.BadAnswer => "daemon-bad-answer",
            _ => NoAnswer,
        });

    /// <summary>Says what is wrong on standard error; with <c>--json</c> on standard output too, as an answer.</summary>
    /// <returns><paramref name="exitCode"/>.</returns>
    public static async Task<int> ComplainAsync(string words, int exitCode, bool json = false, string? code = null)
    {
        if (json) Console.WriteLine(JsonSerializer.Serialize(new UpdateAnswer(false, words, code), UpdateCommandContext.Default.UpdateAnswer));
        await Console.Error.WriteLineAsync($"edgerunner: {words}").ConfigureAwait(false);
        return exitCode;
    }
}
