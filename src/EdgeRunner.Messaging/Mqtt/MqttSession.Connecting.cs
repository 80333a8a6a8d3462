using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace EdgeRunner.Messaging.Mqtt;

public sealed partial class MqttSession
{
    // The thread looks after ConnectTimeout itself, unless the kernel holds it in connect(2) or getaddrinfo.
    private static readonly TimeSpan AbandonMargin = TimeSpan.FromSeconds(1);

    // A goodbye takes at most 700 ms (MqttConnection.Receiving.cs); the rest of the promised second is for the thread pool. Without a
    // connection there is no goodbye, and a thread that does not end at once is held by the kernel.
    private static readonly TimeSpan GoodbyeLimit = TimeSpan.FromMilliseconds(800);
    private static readonly TimeSpan AttemptLimit = TimeSpan.FromMilliseconds(200);

    /// <summary>Publishes the offline message when the last will says so, says goodbye and frees everything, within a second even when the
    /// broker does not answer. Publishes that are not acknowledged by then fail with <see cref="MqttUnavailableReason.Stopped"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        var connection = _connection;
        connection?.RequestStop();
        try
        {
            await _running.WaitAsync(connection is { IsAccepted: true } ? GoodbyeLimit : AttemptLimit, _timeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The thread is in the kernel; it is a background thread and frees the instance itself.
            Log.AttemptAbandoned(_logger, _options.Endpoint);
        }

        foreach (var subscription in _subscriptions.All) subscription.Close();
        lock (_gate) _connectedSignal.TrySetCanceled(_stopping.Token);
        SetState(MqttSessionState.Stopped, sessionPresent: false);
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        var backoff = new ReconnectBackoff(_options.ReconnectInitialDelay, _options.ReconnectMaxDelay, _options.StableAfter, NextRandom);
        var repetition = new FaultRepetition(_timeProvider);
        var cleanStart = _options.CleanStart;
        while (!stopping.IsCancellationRequested)
        {
            SetState(MqttSessionState.Connecting, sessionPresent: false);
            var connection = new MqttConnection(_options, cleanStart, _subscriptions, _counters, _timeProvider, _logger);
            _connection = connection;
            connection.Start();
            // A stop between the check above and the line before would not have found this connection.
            if (stopping.IsCancellationRequested) connection.RequestStop();

            var fault = await TryConnectAsync(connection).ConfigureAwait(false);
            if (fault is null)
            {
                cleanStart = false;
                var connectedAt = _timeProvider.GetTimestamp();
                Interlocked.Increment(ref _counters.Connections);
                Log.Connected(_logger, _options.Endpoint, _options.ClientId, connection.SessionPresent);
                SetState(MqttSessionState.Connected, connection.SessionPresent);
                fault = await connection.Ended.ConfigureAwait(false);
                backoff.OnConnectionEnded(_timeProvider.GetElapsedTime(connectedAt));
                repetition.OnConnected();
            }
            else
            {
                Interlocked.Increment(ref _counters.FailedAttempts);
            }

            _connection = null;
            if (stopping.IsCancellationRequested) break;
            _lastFault = fault;
            var delay = backoff.Next();
            if (repetition.Tell(fault) is { } words) Log.WillRetry(_logger, words, PlainSeconds.Of(delay));
            else Log.WillRetryAgain(_logger, fault.Message, PlainSeconds.Of(delay));
            await WaitAsync(delay, stopping).ConfigureAwait(false);
        }

        _connection = null;
        Log.Closed(_logger, _options.Endpoint);
    }

    /// <summary>Null when connected.</summary>
    private async Task<MqttConnectionFault?> TryConnectAsync(MqttConnection connection)
    {
        try
        {
            if (await connection.Established.WaitAsync(_options.ConnectTimeout + AbandonMargin, _timeProvider).ConfigureAwait(false)) return null;
            return await connection.Ended.ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Log.AttemptAbandoned(_logger, _options.Endpoint);
            connection.RequestStop();
            return ConnectionFaults.ConnectTimedOut(_options);
        }
    }

    private async Task WaitAsync(TimeSpan delay, CancellationToken stopping)
    {
        SetState(MqttSessionState.Waiting, sessionPresent: false);
        try
        {
            await Task.Delay(delay, _timeProvider, stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Closing: the loop sees it.
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "A listener is foreign code; the session lives on.")]
    private void SetState(MqttSessionState state, bool sessionPresent)
    {
        lock (_gate)
        {
            _state = (int)state;
            if (state == MqttSessionState.Connected) _connectedSignal.TrySetResult();
            else if (_connectedSignal.Task.IsCompletedSuccessfully) _connectedSignal = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        try
        {
            ConnectionChanged?.Invoke(this, new(state, sessionPresent, state == MqttSessionState.Connected ? null : _lastFault));
        }
        catch (Exception e)
        {
            Log.ListenerFailed(_logger, e);
        }
    }

    /// <summary>0 to 1 from the kernel: devices that boot from one image must not draw the same delays.</summary>
    private static double NextRandom() => RandomNumberGenerator.GetInt32(1 << 30) / (double)(1 << 30);
}
