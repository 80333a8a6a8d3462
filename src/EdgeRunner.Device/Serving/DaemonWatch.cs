using System.Globalization;

namespace EdgeRunner.Device.Serving;

/// <summary>Waits for an answer that may take minutes, and looks meanwhile whether the daemon answers at all: one that hangs would else be waited for in silence.</summary>
/// <param name="look">Asks the daemon for anything at once; throws <see cref="DaemonUnavailableException"/> when there is no answer within some seconds.</param>
/// <param name="output">Gets a line for each look that was in vain.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class DaemonWatch(Func<CancellationToken, Task> look, TextWriter output, TimeProvider timeProvider)
{
    /// <summary>Time between two looks.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);

    /// <summary>A board that loads a large model may be late once or twice.</summary>
    private const int MostInVain = 3;

    /// <summary>What helps against a daemon that hangs.</summary>
    public const string Remedy = "if it does not come back by itself: sudo systemctl restart edgerunner (models and states survive that)";

    /// <summary>A watch over the daemon behind a socket.</summary>
    /// <param name="client">Its client, with the usual patience of some seconds.</param>
    public static DaemonWatch Over(ControlSocketClient client) => new(client.LookAsync, Console.Error, TimeProvider.System);

    /// <summary>Looks, asks and waits.</summary>
    /// <param name="ask">Asks what is to be asked.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="DaemonUnavailableException">No daemon answers: nothing was asked, or it has stopped answering meanwhile.</exception>
    public async Task<T> ForAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        await look(cancellationToken).ConfigureAwait(false);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var answer = ask(end.Token);
        for (var inVain = 0; ;)
        {
            using var awake = CancellationTokenSource.CreateLinkedTokenSource(end.Token);
            var first = await Task.WhenAny(answer, Task.Delay(Beat, timeProvider, awake.Token)).ConfigureAwait(false);
            await awake.CancelAsync().ConfigureAwait(false);
            if (first == answer || cancellationToken.IsCancellationRequested) return await answer.ConfigureAwait(false);
            try
            {
                await look(end.Token).ConfigureAwait(false);
                inVain = 0;
            }
            catch (DaemonUnavailableException e) when (!answer.IsCompleted && e.Reason is DaemonUnavailableReason.NoAnswer)
            {
                if (++inVain < MostInVain)
                {
                    await output.WriteLineAsync($"edgerunner: {e.Message}; waiting goes on").ConfigureAwait(false);
                    continue;
                }

                await end.CancelAsync().ConfigureAwait(false);
                await Task.WhenAny(answer).ConfigureAwait(false);
                if (answer.IsCompletedSuccessfully) return answer.Result;
                throw new DaemonUnavailableException(DaemonUnavailableReason.NoAnswer,
                    string.Create(CultureInfo.InvariantCulture, $"{e.Message}. What was asked for has begun and may still be done when the daemon goes on"), e);
            }
            catch (DaemonUnavailableException)
            {
                // It has gone, or says something else: the answer's own end tells.
            }
        }
    }
}
