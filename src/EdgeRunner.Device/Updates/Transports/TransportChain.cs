using EdgeRunner.Messaging.Transfer;
using EdgeRunner.Trust;
using EdgeRunner.Trust.Client;

namespace EdgeRunner.Device.Updates.Transports;

/// <summary>Several roads as one: the first that works, in the configured order. Use from one task at a time; <see cref="Roads"/> and <see cref="Name"/> from any.</summary>
/// <remarks>
/// A road that fails is passed over for 30 s, doubled with each failure up to 15 min, and comes first again afterwards. When all have failed lately all are tried all the
/// same: who asks now has a reason, such as a stick that was just plugged in.
/// </remarks>
internal sealed class TransportChain : IUpdateTransport, IRoadChoice
{
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LastBackoff = TimeSpan.FromMinutes(15);

    private readonly Lock _gate = new();
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly Road[] _roads;
    private readonly HashSet<Road> _passedOver = [];
    private readonly Dictionary<Road, string> _said = []; // in this round, by the roads that failed or were passed over
    private Road _inUse;
    private Road? _pinned;

    /// <summary>Takes the transports over.</summary>
    /// <param name="transports">In their order; at least one.</param>
    /// <param name="timeProvider">For the back-off.</param>
    /// <param name="logger">Told when a road fails and when one works again.</param>
    public TransportChain(IEnumerable<IUpdateTransport> transports, TimeProvider timeProvider, ILogger<TransportChain> logger)
    {
        (_timeProvider, _logger) = (timeProvider, logger);
        _roads = [.. transports.Select(transport => new Road(transport))];
        if (_roads.Length == 0) throw new ArgumentException("a chain needs at least one road", nameof(transports));
        _inUse = _roads[0];
    }

    /// <summary>The road that brought the last thing that came; at first the first.</summary>
    public string Name => Volatile.Read(ref _inUse).Transport.Name;

    /// <summary>All roads in their order.</summary>
    public IReadOnlyList<RoadStatus> Roads
    {
        get
        {
            lock (_gate) return [.. _roads.Select(road => new RoadStatus(road.Transport.Name, road == _inUse && road.Reason is null, road.Reason, LeftOf(road)))];
        }
    }

    /// <inheritdoc/>
    public void BeginRound()
    {
        // A download may go over the same roads meanwhile.
        lock (_gate)
        {
            _passedOver.Clear();
            _said.Clear();
            _pinned = null;
        }
    }

    /// <inheritdoc/>
    public bool PassOver(string reason)
    {
        lock (_gate)
        {
            var road = _pinned ?? _inUse;
            Fail(road, reason);
            _passedOver.Add(road);
            _pinned = null;
            return _roads.Any(other => !_passedOver.Contains(other));
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> WhatOthersSaid
    {
        get
        {
            lock (_gate) return [.. _roads.Where(road => road != (_pinned ?? _inUse) && _said.ContainsKey(road)).Select(road => _said[road])];
        }
    }

    /// <inheritdoc/>
    public async ValueTask<FetchResult> FetchAsync(TransferKind kind, string name, int maxBytes, CancellationToken cancellationToken)
    {
        var failed = new List<Road>();
        foreach (var road in InOrder())
        {
            try
            {
                var result = await road.Transport.FetchAsync(kind, name, maxBytes, cancellationToken).ConfigureAwait(false);
                Succeed(road);
                _pinned = road;
                return result;
            }
            catch (RepositoryUnavailableException e)
            {
                Fail(road, e.Message);
                failed.Add(road);
            }
        }

        throw AllFailed(failed);
    }

    /// <inheritdoc/>
    public async Task FetchChunksAsync(ChunkFetch fetch, IChunkSink sink, CancellationToken cancellationToken)
    {
        while (true)
        {
            var before = sink.Missing;
            var failed = new List<Road>();
            foreach (var road in InOrder())
            {
                try
                {
                    Volatile.Write(ref _inUse, road); // a transfer takes minutes, and who looks wants to know whose it is
                    await road.Transport.FetchChunksAsync(fetch, sink, cancellationToken).ConfigureAwait(false);
                    Succeed(road);
                    return;
                }
                catch (RepositoryUnavailableException e)
                {
                    Fail(road, e.Message);
                    failed.Add(road);
                }
            }

            // A road that brought a part may bring the rest: a line that is cut every minute.
            if (sink.Missing == before) throw AllFailed(failed);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var road in _roads) await road.Transport.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The road of this round first; then those in order that did not fail lately; then the rest, soonest first.</summary>
    private List<Road> InOrder()
    {
        lock (_gate)
        {
            var open = _roads.Where(road => !_passedOver.Contains(road)).OrderBy(road => road == _pinned ? 0 : 1).ThenBy(LeftOf).ToList();
            return open.Count > 0 ? open : [.. _roads];
        }
    }

    private TimeSpan LeftOf(Road road)
    {
        if (road.Failures == 0) return TimeSpan.Zero;
        var left = road.Backoff - _timeProvider.GetElapsedTime(road.FailedAt);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private void Succeed(Road road)
    {
        lock (_gate)
        {
            if (road.Reason is not null) TransportLog.RoadWorks(_logger, road.Transport.Name);
            (road.Failures, road.Reason, _inUse) = (0, null, road);
        }
    }

    private void Fail(Road road, string reason)
    {
        lock (_gate)
        {
            // The same trouble is said once, not with each check.
            if (!string.Equals(road.Reason, reason, StringComparison.Ordinal)) TransportLog.RoadFails(_logger, road.Transport.Name, reason);
            road.Failures++;
            road.Reason = reason;
            _said[road] = ReasonOf(road, reason);
            road.FailedAt = _timeProvider.GetTimestamp();
            road.Backoff = TimeSpan.FromTicks(Math.Min(LastBackoff.Ticks, FirstBackoff.Ticks << Math.Min(road.Failures - 1, 10)));
            if (road == _pinned) _pinned = null;
        }
    }

    private string ReasonOf(Road road, string message) => _roads.Length == 1 || message.Contains(road.Transport.Name, StringComparison.Ordinal) ? message : $"{road.Transport.Name}: {message}";

    // With what was said by the roads that this round has passed over: of two roads the first may be the one that a person can mend.
    private RepositoryUnavailableException AllFailed(List<Road> failed)
    {
        lock (_gate)
        {
            List<string> reasons = [.. _roads.Where(road => failed.Contains(road) || _passedOver.Contains(road)).Select(road => _said.GetValueOrDefault(road) ?? ReasonOf(road, road.Reason ?? "it failed"))];
            return new RepositoryUnavailableException(reasons.Count == 1 ? reasons[0] : $"no road gives an answer; {string.Join("; ", reasons)}");
        }
    }

    /// <summary>A road and what is known against it.</summary>
    private sealed class Road(IUpdateTransport transport)
    {
        public IUpdateTransport Transport { get; } = transport;

        public int Failures { get; set; }

        public string? Reason { get; set; }

        public long FailedAt { get; set; }

        public TimeSpan Backoff { get; set; }
    }
}
