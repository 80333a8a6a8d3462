namespace EdgeRunner.Fleet.Depot;

/// <summary>What a depot has done since it started. Any thread counts; <see cref="Snapshot"/> is read for <c>/metrics</c> and the log.</summary>
internal sealed class DepotCounters
{
    private long _requests;
    private long _metadata;
    private long _targets;
    private long _chunkRequests;
    private long _notFound;
    private long _busy;
    private long _errors;
    private long _malformed;
    private long _dropped;
    private long _ownBytes;
    private long _sharedBytes;
    private long _savedBytes;
    private long _ownChunks;
    private long _sharedChunks;
    private long _timestamps;
    private long _refreshes;
    private long _refreshFailures;
    private long _httpRequests;
    private long _httpBytes;
    private long _timestampVersion;
    private int _devices;
    private long _queuedBytes;

    /// <summary>A message came on a request topic.</summary>
    public void Request() => Interlocked.Increment(ref _requests);

    /// <summary>Metadata was asked for.</summary>
    public void Metadata() => Interlocked.Increment(ref _metadata);

    /// <summary>A whole target was asked for.</summary>
    public void Target() => Interlocked.Increment(ref _targets);

    /// <summary>Chunks were asked for.</summary>
    public void Chunks() => Interlocked.Increment(ref _chunkRequests);

    /// <summary>The answer was: there is no such file.</summary>
    public void NotFound() => Interlocked.Increment(ref _notFound);

    /// <summary>The answer was: not now.</summary>
    public void Busy() => Interlocked.Increment(ref _busy);

    /// <summary>The answer was: cannot be done.</summary>
    public void Error() => Interlocked.Increment(ref _errors);

    /// <summary>It was no request at all, or from no device.</summary>
    public void Malformed() => Interlocked.Increment(ref _malformed);

    /// <summary>Left without an answer: a flood, or too old when its turn came.</summary>
    public void Dropped() => Interlocked.Increment(ref _dropped);

    /// <summary>Sent to one device.</summary>
    public void SentToOne(int bytes) => Interlocked.Add(ref _ownBytes, bytes);

    /// <summary>A chunk was sent to one device.</summary>
    public void ChunkToOne() => Interlocked.Increment(ref _ownChunks);

    /// <summary>A chunk was sent to all that want it.</summary>
    public void ChunkToAll(int bytes)
    {
        Interlocked.Increment(ref _sharedChunks);
        Interlocked.Add(ref _sharedBytes, bytes);
    }

    /// <summary>A device asked for a chunk that is on its way to all already.</summary>
    public void Saved(int bytes) => Interlocked.Add(ref _savedBytes, bytes);

    /// <summary>A timestamp was published on the broker.</summary>
    public void TimestampPublished() => Interlocked.Increment(ref _timestamps);

    /// <summary>The timestamp was signed anew here.</summary>
    public void Refreshed() => Interlocked.Increment(ref _refreshes);

    /// <summary>It could not be.</summary>
    public void RefreshFailed() => Interlocked.Increment(ref _refreshFailures);

    /// <summary>An HTTP request was answered.</summary>
    public void HttpRequest(long bytes)
    {
        Interlocked.Increment(ref _httpRequests);
        Interlocked.Add(ref _httpBytes, bytes);
    }

    /// <summary>Version of the repository's timestamp.</summary>
    public void SetTimestampVersion(long version) => Interlocked.Exchange(ref _timestampVersion, version);

    /// <summary>Devices with answers on the way.</summary>
    public void SetDevices(int devices) => Interlocked.Exchange(ref _devices, devices);

    /// <summary>Bytes that wait for the socket.</summary>
    public void SetQueued(long bytes) => Interlocked.Exchange(ref _queuedBytes, bytes);

    /// <summary>All of them.</summary>
    public DepotFigures Snapshot() => new(
        Interlocked.Read(ref _requests), Interlocked.Read(ref _metadata), Interlocked.Read(ref _targets), Interlocked.Read(ref _chunkRequests),
        Interlocked.Read(ref _notFound), Interlocked.Read(ref _busy), Interlocked.Read(ref _errors), Interlocked.Read(ref _malformed), Interlocked.Read(ref _dropped),
        Interlocked.Read(ref _ownBytes), Interlocked.Read(ref _sharedBytes), Interlocked.Read(ref _savedBytes), Interlocked.Read(ref _ownChunks), Interlocked.Read(ref _sharedChunks),
        Interlocked.Read(ref _timestamps), Interlocked.Read(ref _refreshes), Interlocked.Read(ref _refreshFailures), Interlocked.Read(ref _httpRequests), Interlocked.Read(ref _httpBytes),
        Interlocked.Read(ref _timestampVersion), Volatile.Read(ref _devices), Interlocked.Read(ref _queuedBytes));
}
