using System.Security.Cryptography;
using EdgeRunner.Messaging.Mqtt;
using EdgeRunner.Messaging.Topics;
using EdgeRunner.Messaging.Transfer;
using EdgeRunner.Trust;
using EdgeRunner.Trust.Client;

namespace EdgeRunner.Device.Updates.Transports.Mqtt;

/// <summary>Asks for one whole file, a few times if need be. Use once.</summary>
internal sealed class FileQuestion(BulkConnection connection, RequestIds ids, TransferKind kind, string name, int maxBytes, EdgeTopics topics, MqttTransportTimes times,
    TimeProvider timeProvider, ILogger logger)
{
    private readonly string _what = $"{(kind == TransferKind.Metadata ? "metadata" : "targets")}/{name}";
    private readonly List<long> _asked = [];
    private readonly long _origin = timeProvider.GetTimestamp();
    private FileFetch _fetch = null!;
    private string? _trouble;

    private TimeSpan Elapsed => timeProvider.GetElapsedTime(_origin);

    /// <summary>Asks.</summary>
    /// <exception cref="RepositoryUnavailableException">There is no answer, or none that can be used.</exception>
    internal async Task<FetchResult> AskAsync(CancellationToken cancellationToken)
    {
        _fetch = new FileFetch(_what, maxBytes, times.Attempts);
        var busySince = TimeSpan.MaxValue;
        try
        {
            for (var attempt = 0; attempt < times.Attempts && !IsTooSlow;)
            {
                // Repeats of many devices must not come in step.
                var patience = times.Answer * (1 << attempt) * (1 + (RandomNumberGenerator.GetInt32(250) / 1000.0));
                if (!await SendAsync(cancellationToken).ConfigureAwait(false)) patience = times.Answer / 5 * (attempt + 1);
                if (await WaitAsync(patience, cancellationToken).ConfigureAwait(false) is { } result) return result;
                if (_fetch.TakeBusy() is not { Ticks: > 0 } rest)
                {
                    TransferLog.AskedAgain(logger, _what, _trouble ?? _fetch.Seen, ++attempt);
                    continue;
                }

                if (busySince > Elapsed) busySince = Elapsed;
                if (Elapsed + rest - busySince > times.Busy) throw new RepositoryUnavailableException(
                    $"the depot says since {(Elapsed - busySince).TotalSeconds:0} s that it is too busy for {_what}; raise its limits or start another one");
                TransferLog.Busy(logger, _what, (int)rest.TotalSeconds);
                await Task.Delay(rest * (1 + (RandomNumberGenerator.GetInt32(250) / 1000.0)), timeProvider, cancellationToken).ConfigureAwait(false);
            }

            throw new RepositoryUnavailableException(Silence());
        }
        finally
        {
            foreach (var id in _asked) connection.Forget(id);
        }
    }

    private bool IsTooSlow => Elapsed > times.WholeFile + TimeSpan.FromSeconds(_fetch.Length / (double)times.SlowestBytesPerSecond);

    /// <returns>False when it is known that nobody has the question.</returns>
    private async Task<bool> SendAsync(CancellationToken cancellationToken)
    {
        var id = ids.Next();
        _asked.Add(id);
        _fetch.Begin(id);
        connection.Expect(id, _fetch);
        _trouble = null;
        try
        {
            await connection.WaitUntilConnectedAsync(cancellationToken).ConfigureAwait(false);
            await connection.SendAsync(new TransferRequest(id, kind, name) { MaxBytes = maxBytes }, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (MqttRefusedException e) when (e.ReasonCode == BulkConnection.NobodyListens)
        {
            _trouble = $"nobody listens to {topics.Request}";
        }
        catch (MqttRefusedException e)
        {
            throw new RepositoryUnavailableException($"the broker at {connection.Endpoint} does not take requests for releases from this device: {e.Message}", e);
        }
        catch (MqttUnavailableException e)
        {
            _trouble = e.Message;
        }

        return false;
    }

    /// <returns>The answer; null when it is late, of no use, or the depot is busy.</returns>
    private async Task<FetchResult?> WaitAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var parts = _fetch.Parts;
        var until = Elapsed + patience;
        while (true)
        {
            if (_fetch.Result is { } result) return result;
            if (_fetch.IsBusy || _fetch.TakeAskAgain()) return null;
            if (_fetch.Parts != parts) (parts, until) = (_fetch.Parts, Elapsed + patience);
            var left = until - Elapsed;
            if (left <= TimeSpan.Zero || IsTooSlow) return null;
            await _fetch.Changed.WaitAsync(left, timeProvider, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private string Silence()
    {
        var asked = $"{_what} was asked for {_asked.Count} times in {Elapsed.TotalSeconds:0} s over the broker at {connection.Endpoint}";
        if (_trouble is not null) return $"{asked}, and {_trouble}. Is 'edgefleet depot' running for fleet {topics.Fleet}?";
        return _fetch.Parts > 0 || _fetch.Length > 0 || _fetch.HasProblem
            ? $"{asked}, and no whole answer came: {_fetch.Seen}. Is the link that bad, or is the depot at fault?"
            : $"{asked}, and no depot answered. Is 'edgefleet depot' running for fleet {topics.Fleet}, and may this device write {topics.Request} and read {topics.AllResponses}?";
    }
}
