namespace EdgeRunner.Device.Telemetry;

/// <summary>Sends what the outbox holds: live batches at once, the backlog under a token bucket, several at a time. A batch leaves the
/// outbox only
/// when the broker has acknowledged it; whatever happens before that, it is sent again.</summary>
internal sealed class TelemetryUploader(TelemetryOutbox outbox, ITelemetryUplink uplink, TelemetryOptions options, TimeProvider timeProvider,
    ILogger<TelemetryUploader> logger) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250); // how soon a connection is noticed
    private static readonly TimeSpan RefusedDelay = TimeSpan.FromSeconds(60);

    private readonly UploadSignal _signal = new();
    private readonly SemaphoreSlim _slots = new(options.MaxInflight);
    private readonly Lock _gate = new();
    private readonly List<(TakenBatch Batch, long RefusedAt)> _refused = [];
    private readonly TokenBucket _backlog = new(options.BacklogBytesPerSecond, timeProvider);
    private bool _isUp;
    private long _downSince;

    /// <inheritdoc/>
    public override void Dispose()
    {
        _slots.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // the host's start does not wait for a store that is being mended
        outbox.Changed += _signal.Set;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await SendNextAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            // A dead uploader would fill the disk in silence; a live one may get over it.
            catch (Exception e)
            {
                TelemetryLog.PublishError(logger, e);
                await _signal.WaitAsync(Poll, timeProvider, stoppingToken).ConfigureAwait(false);
            }
        }

        outbox.Changed -= _signal.Set;
        // What is in flight ends by the same token; it is put back, and nothing of it is lost.
        for (var i = 0; i < options.MaxInflight; i++)
            await _slots.WaitAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private async Task SendNextAsync(CancellationToken cancellationToken)
    {
        if (!IsUp())
        {
            await _signal.WaitAsync(Poll, timeProvider, cancellationToken).ConfigureAwait(false);
            return;
        }

        PutBackRefused();
        await _slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        var envelope = new PooledEnvelope();
        if (outbox.TryTake(_backlog.HasTokens, envelope, out var batch, out var isBacklog))
        {
            if (isBacklog)
                _backlog.Take(envelope.WrittenCount);
            _ = SendAsync(batch, envelope, cancellationToken); // ends by itself and throws nothing; its slot says when
            return;
        }

        envelope.Dispose();
        _slots.Release();
        var wait = _backlog.Delay is var delay && delay > TimeSpan.Zero && delay < Poll ? delay : Poll;
        await _signal.WaitAsync(wait, timeProvider, cancellationToken).ConfigureAwait(false);
    }

    private async Task SendAsync(TakenBatch batch, PooledEnvelope envelope, CancellationToken cancellationToken)
    {
        var isAcknowledged = false;
        var isRefused = false;
        try
        {
            await uplink.PublishAsync(batch.Stream, envelope.WrittenMemory, cancellationToken).ConfigureAwait(false);
            isAcknowledged = true;
        }
        catch (UplinkUnavailableException e)
        {
            MarkDown(e.Message);
        }
        catch (UplinkRefusedException e)
        {
            isRefused = true;
            // Once: a broker that refuses one batch refuses the next as well, most often all of them, and each commit brings one.
            if (outbox.CountRefusal(batch.Stream, e.Message))
                TelemetryLog.Refused(logger, batch.Row.FirstSeq, batch.Row.LastSeq, batch.Stream, (int)RefusedDelay.TotalSeconds, e.Message);
        }
        catch (OperationCanceledException)
        {
            // Stopping, or the session gave up on it: sent again.
        }
        // A bug in the uplink must not cost the batch its way back.
        catch (Exception e)
        {
            TelemetryLog.PublishError(logger, e);
            MarkDown(e.Message);
        }
        finally
        {
            envelope.Dispose();
            if (isAcknowledged)
                outbox.Acknowledge(batch);
            else if (isRefused)
                SetAside(batch);
            else
                outbox.PutBack(batch);
            _slots.Release();
            _signal.Set();
        }
    }

    private bool IsUp()
    {
        lock (_gate)
        {
            // After a failure one poll of rest, so that an uplink that says "connected" and fails is not hammered.
            var isUp = uplink.IsConnected && (_downSince == 0 || timeProvider.GetElapsedTime(_downSince) >= Poll);
            if (isUp == _isUp)
                return isUp;
            _isUp = isUp;
            if (!isUp)
            {
                TelemetryLog.UplinkDown(logger, "not connected");
                return false;
            }

            _downSince = 0;
        }

        outbox.BeginLive();
        TelemetryLog.UplinkUp(logger, outbox.Status().PendingRecords);
        return true;
    }

    private void MarkDown(string reason)
    {
        lock (_gate)
        {
            _downSince = timeProvider.GetTimestamp();
            if (!_isUp)
                return;
            _isUp = false;
        }

        TelemetryLog.UplinkDown(logger, reason);
    }

    private void SetAside(in TakenBatch batch)
    {
        lock (_gate)
            _refused.Add((batch, timeProvider.GetTimestamp()));
    }

    private void PutBackRefused()
    {
        lock (_gate)
        {
            for (var i = _refused.Count - 1; i >= 0; i--)
            {
                if (timeProvider.GetElapsedTime(_refused[i].RefusedAt) < RefusedDelay)
                    continue;
                outbox.PutBack(_refused[i].Batch);
                _refused.RemoveAt(i);
            }
        }
    }
}
