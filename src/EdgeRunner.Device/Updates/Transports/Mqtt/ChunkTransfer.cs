using System.Globalization;
using EdgeRunner.Device.Telemetry;
using EdgeRunner.Messaging.Mqtt;
using EdgeRunner.Messaging.Transfer;
using EdgeRunner.Trust;

namespace EdgeRunner.Device.Updates.Transports.Mqtt;

/// <summary>One fetch of chunks. Chunks are taken on the network thread as they come; the plan is looked after by <see cref="RunAsync"/>.</summary>
internal sealed class ChunkTransfer : IResponseReader
{
    // An honest road brings what it was asked for: TCP checks the bytes, and the depot has checked the file.
    private const int MaxWrong = 16;
    private const int MaxNotFound = 3;

    private readonly Lock _gate = new();
    private readonly BulkConnection _connection;
    private readonly RequestIds _ids;
    private readonly ChunkFetch _fetch;
    private readonly IChunkSink _sink;
    private readonly MqttTransportTimes _times;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly ChunkPlan _plan;
    private readonly TransferPace _pace;
    private readonly TokenBucket? _cap;
    private readonly long _origin;
    private readonly UploadSignal _changed = new();
    private readonly Queue<long> _expected = new();
    private readonly Dictionary<long, ChunkRequest> _requests = [];
    private Exception? _failure;
    private TimeSpan _busyUntil;
    private bool _offering;
    private int _wrong;
    private int _notFound;
    private int _unasked;
    private int _repaired;

    /// <param name="connection">Acquired for the time of the fetch.</param>
    /// <param name="ids">For requests.</param>
    /// <param name="fetch">What.</param>
    /// <param name="sink">Where to.</param>
    /// <param name="windowBytes"><c>updates.windowBytes</c>.</param>
    /// <param name="maxBytesPerSecond"><c>updates.maxBytesPerSecond</c>; 0 = no limit.</param>
    /// <param name="times">How patient.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="logger">For the feature.</param>
    internal ChunkTransfer(BulkConnection connection, RequestIds ids, ChunkFetch fetch, IChunkSink sink, int windowBytes, long maxBytesPerSecond, MqttTransportTimes times,
        TimeProvider timeProvider, ILogger logger)
    {
        (_connection, _ids, _fetch, _sink, _times, _timeProvider, _logger) = (connection, ids, fetch, sink, times, timeProvider, logger);
        _origin = timeProvider.GetTimestamp();
        // What others ask for cannot be capped: who has a cap has chunks sent to itself alone.
        if (maxBytesPerSecond > 0) _cap = new TokenBucket(maxBytesPerSecond, timeProvider);
        _plan = new ChunkPlan(fetch.Index, sink.IsMissing, new ChunkWindow(windowBytes), times, alwaysRepair: _cap is not null);
        _pace = new TransferPace(times, maxBytesPerSecond);
        MaxBytesPerSecond = maxBytesPerSecond;
    }

    private long MaxBytesPerSecond { get; }

    private TimeSpan Now => _timeProvider.GetElapsedTime(_origin);

    private string What => $"the chunks of {_fetch.Index.Target}";

    /// <summary>Runs until nothing is missing.</summary>
    /// <exception cref="RepositoryUnavailableException">The road brings nothing any more, or the wrong things.</exception>
    /// <exception cref="IOException">The sink cannot write.</exception>
    internal async Task RunAsync(string fleet, CancellationToken cancellationToken)
    {
        IAsyncDisposable? blob = null;
        try
        {
            if (_cap is null) blob = await _connection.ListenAsync(Messaging.Topics.EdgeTopics.AllBlobs(fleet, _fetch.IndexSha256), OnBlob, cancellationToken).ConfigureAwait(false);
            await LoopAsync(cancellationToken).ConfigureAwait(false);
            TransferLog.Fetched(_logger, _fetch.IndexName, _fetch.Index.Count, Now.TotalSeconds, _repaired, _unasked);
        }
        finally
        {
            if (blob is not null) await blob.DisposeAsync().ConfigureAwait(false);
            foreach (var id in _expected) _connection.Forget(id);
        }
    }

    /// <inheritdoc/>
    public void OnResponse(long id, in TransferResponse header, ReadOnlySpan<byte> bytes)
    {
        switch (header.Status)
        {
            case TransferStatus.Ok:
                // The length is stated twice; a message that contradicts itself is not worth its digest.
                if (header.Length == (uint)bytes.Length && header.Part <= int.MaxValue) Offer((int)header.Part, bytes, asked: true);
                else CountWrong((int)Math.Min(header.Part, int.MaxValue));
                return;
            case TransferStatus.Busy:
                OnBusy(id, Math.Max(1, (int)header.RetryAfterSeconds));
                return;
            case TransferStatus.NotFound:
                // Another depot may have it: one that has just been started has the older copy.
                if (Interlocked.Increment(ref _notFound) >= MaxNotFound)
                    Fail(new RepositoryUnavailableException($"the depot has no {_fetch.IndexName}, which the signed metadata lists. Is its copy of the repository complete?"));
                else OnBusy(id, 1);
                return;
            default:
                Fail(new RepositoryUnavailableException($"the depot refuses {What}: {DepotWords.Of(bytes)}"));
                return;
        }
    }

    /// <inheritdoc/>
    public void OnReconnected()
    {
        lock (_gate) _plan.ForgetAll();
        _changed.Set();
    }

    private void OnBlob(string topic, ReadOnlySpan<byte> payload)
    {
        if (int.TryParse(topic.AsSpan(topic.LastIndexOf('/') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) Offer(number, payload, asked: false);
    }

    // On the network thread: it is the only one that offers.
    private void Offer(int number, ReadOnlySpan<byte> bytes, bool asked)
    {
        lock (_gate)
        {
            if (_failure is not null) return;
            _offering = true;
        }

        try
        {
            var outcome = _sink.Offer(number, bytes);
            if (outcome == ChunkOutcome.Wrong) CountWrong(number);
            else OnOffered(number, bytes.Length, outcome == ChunkOutcome.Taken, asked);
        }
        // Whatever the disk says is for the caller, who can free it, not for the network thread.
        catch (Exception e)
        {
            Fail(e);
        }
        finally
        {
            lock (_gate) _offering = false;
        }
    }

    private void OnOffered(int number, int length, bool taken, bool asked)
    {
        bool wake;
        lock (_gate)
        {
            var now = Now;
            var before = _plan.CountOnTheWay;
            if (taken || _plan.IsOnTheWay(number)) _plan.OnArrived(number, now);
            if (taken)
            {
                _pace.OnTaken(length, now);
                if (!asked && before == _plan.CountOnTheWay) _unasked++;
            }

            wake = _plan.HasRoom || _sink.Missing == 0;
        }

        if (wake) _changed.Set();
    }

    private void CountWrong(int number)
    {
        int wrong;
        lock (_gate)
        {
            wrong = ++_wrong;
            _plan.OnWrong(number);
        }

        TransferLog.WrongChunk(_logger, number, _fetch.IndexName, wrong);
        if (wrong >= MaxWrong) Fail(new RepositoryUnavailableException($"the broker brought {wrong} messages that are no {What}, the last as chunk {number}. Is the depot's copy of {_fetch.FileName} damaged?"));
        else _changed.Set();
    }

    private void OnBusy(long id, int seconds)
    {
        lock (_gate)
        {
            var until = Now + TimeSpan.FromSeconds(seconds);
            if (until > _busyUntil) _busyUntil = until;
            _pace.OnBusy(until, Now);
            // What it will not answer is not lost on the way: no reason for a smaller window.
            if (_requests.TryGetValue(id, out var request)) _plan.Forget(request);
        }

        TransferLog.Busy(_logger, What, seconds);
        _changed.Set();
    }

    private void Fail(Exception e)
    {
        lock (_gate) _failure ??= e;
        _changed.Set();
    }

    private async Task LoopAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            List<(long Id, ChunkRequest Request)> toSend = [];
            TimeSpan wait;
            lock (_gate)
            {
                if (_failure is { } failure) throw Rethrown(failure);
                if (_sink.Missing == 0) return;
                var now = Now;
                // While a chunk is being written the disk is what is slow, not the road.
                if (!_offering)
                {
                    if (_pace.FindProblem(now) is { } problem) throw new RepositoryUnavailableException(Silence(problem));
                    if (_plan.GiveUpLate(now) is > 0 and var lost)
                    {
                        _repaired += lost;
                        TransferLog.Lost(_logger, lost, _plan.Window.Bytes);
                    }
                }

                while (now >= _busyUntil && _cap?.HasTokens != false && _plan.TryNext(now, PieceBytes()) is { } request)
                {
                    _cap?.Take(request.Bytes);
                    toSend.Add((Expect(request), request));
                }

                wait = Wait(now);
            }

            foreach (var (id, request) in toSend) _ = SendAsync(id, request, cancellationToken); // never faults
            await _changed.WaitAsync(wait, _timeProvider, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    // Late answers to the last few hundred requests are taken: their chunks are as good as any. Older ones are forgotten, so that memory is bounded.
    private long Expect(ChunkRequest request)
    {
        const int kept = 256;
        if (_expected.Count == kept)
        {
            var oldest = _expected.Dequeue();
            _connection.Forget(oldest);
            _requests.Remove(oldest);
        }

        var id = _ids.Next();
        _expected.Enqueue(id);
        _requests[id] = request;
        _connection.Expect(id, this);
        return id;
    }

    // A tenth of a second's worth at a time under a cap, so that the link is not filled and left empty in turn.
    private int PieceBytes() => _cap is null ? int.MaxValue : (int)Math.Clamp(MaxBytesPerSecond / 10, 1, int.MaxValue);

    private TimeSpan Wait(TimeSpan now)
    {
        var until = _pace.Deadline;
        if (_plan.NextDeadline is { } late && late < until) until = late;
        var wait = until - now;
        if (_busyUntil > now && _busyUntil - now < wait) wait = _busyUntil - now;
        if (_cap?.Delay is { Ticks: > 0 } delay && delay < wait) wait = delay;
        // Timers have this grain; while a chunk is being written the deadlines may have passed already.
        return wait > TimeSpan.FromMilliseconds(5) ? wait : TimeSpan.FromMilliseconds(5);
    }

    private async Task SendAsync(long id, ChunkRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await _connection.SendAsync(request.ToMessage(id, _fetch.IndexName), cancellationToken).ConfigureAwait(false);
        }
        catch (MqttRefusedException e) when (e.ReasonCode == BulkConnection.NobodyListens)
        {
            // A depot that is being restarted: the pace decides when it has been long enough.
            lock (_gate)
            {
                _plan.Forget(request);
                _pace.LastTrouble = "nobody listens to this device's requests";
                _busyUntil = Now + TimeSpan.FromSeconds(1);
            }

            _changed.Set();
        }
        catch (MqttRefusedException e)
        {
            Fail(new RepositoryUnavailableException($"the broker does not take requests for releases from this device: {e.Message}", e));
        }
        catch (MqttUnavailableException e)
        {
            lock (_gate)
            {
                _plan.Forget(request);
                _pace.LastTrouble = e.Message;
                // Asked again when the connection is back, or a little later when it is back already.
                _busyUntil = Now + TimeSpan.FromMilliseconds(100);
            }

            _changed.Set();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The loop ends too.
        }
    }

    private static Exception Rethrown(Exception failure) => failure switch
    {
        RepositoryUnavailableException e => new RepositoryUnavailableException(e.Message, e.InnerException),
        _ => failure,
    };

    private string Silence(string problem)
        => $"{What} stopped coming over the broker at {_connection.Endpoint}: {problem}, {_sink.Missing} of {_fetch.Index.Count} chunks are missing. Is a depot running for this fleet?";
}
