using System.Globalization;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.Updates;

namespace EdgeRunner.Device.Commands;

/// <summary>Waits for the daemon's answer to a check, and meanwhile tells what it waits for, since when, and how long at most.</summary>
/// <remarks>A road that does not answer takes up to half a minute (the broker: 15 s for the connection, 21 s for three questions to a depot), and a check that is under way
/// already is waited for first.</remarks>
/// <param name="sources">The roads of the check: <c>mqtt</c>, an address or a directory.</param>
/// <param name="afterwards">What to say when no answer came in time: what becomes of the check.</param>
/// <param name="look">Asks how the broker's connection is now; null when that cannot be told.</param>
/// <param name="output">Gets a line every few seconds.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class CheckWait(IReadOnlyList<string> sources, string afterwards, Func<CancellationToken, Task<BrokerStatus?>> look, TextWriter output, TimeProvider timeProvider)
{
    /// <summary>Longest wait.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>An answer that comes within this needs no words about the wait for it.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);

    /// <summary>Asks and waits.</summary>
    /// <param name="ask">Asks for the check.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The answer, or one that says that none came in time.</returns>
    public async Task<UpdateAnswer> ForAsync(Func<CancellationToken, Task<UpdateAnswer>> ask, CancellationToken cancellationToken)
    {
        var start = timeProvider.GetTimestamp();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var answer = ask(end.Token);
        for (var pause = Quiet; timeProvider.GetElapsedTime(start) is var waited && waited < Patience; pause = Beat)
        {
            if (pause != Quiet && !answer.IsCompleted) await TellAsync(waited, end.Token).ConfigureAwait(false);
            var left = Patience - waited;
            if (await Task.WhenAny(answer, Task.Delay(pause < left ? pause : left, timeProvider, end.Token)).ConfigureAwait(false) != answer && !cancellationToken.IsCancellationRequested) continue;
            return await answer.ConfigureAwait(false);
        }

        await end.CancelAsync().ConfigureAwait(false);
        await Task.WhenAny(answer).ConfigureAwait(false);
        return answer.IsCompletedSuccessfully
            ? answer.Result
            : new UpdateAnswer(false, $"no answer over {Roads} within {Seconds(Patience)}; {afterwards}", UpdateReasons.Unavailable);
    }

    private string Roads => string.Join(", ", sources);

    private async Task TellAsync(TimeSpan waited, CancellationToken cancellationToken)
    {
        var since = $"since {Seconds(waited)}, at most {Seconds(Patience)}";
        var broker = sources.Contains("mqtt", StringComparer.Ordinal) ? await look(cancellationToken).ConfigureAwait(false) : null;
        await output.WriteLineAsync(broker is { Connected: false }
            ? $"edgerunner: waiting for the broker {broker.Address} {since}; last error: {broker.Reason}"
            : $"edgerunner: waiting for an answer over {Roads} {since}").ConfigureAwait(false);
    }

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s");
}
