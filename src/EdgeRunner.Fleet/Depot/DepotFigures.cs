namespace EdgeRunner.Fleet.Depot;

/// <summary>The counters of a depot at one moment, since it started.</summary>
/// <param name="Requests">Messages on request topics.</param>
/// <param name="MetadataRequests">Of these, for metadata.</param>
/// <param name="TargetRequests">Of these, for whole targets.</param>
/// <param name="ChunkRequests">Of these, for chunks.</param>
/// <param name="NotFound">Answered: there is no such file.</param>
/// <param name="Busy">Answered: not now.</param>
/// <param name="Errors">Answered: cannot be done.</param>
/// <param name="Malformed">No request at all, or from no device.</param>
/// <param name="Dropped">Left without an answer: a flood, or too old when their turn came.</param>
/// <param name="OwnBytes">Payload bytes sent to one device.</param>
/// <param name="SharedBytes">Payload bytes sent to all devices that want them.</param>
/// <param name="SavedBytes">Bytes that devices asked for and that another one's request had brought on the way already.</param>
/// <param name="OwnChunks">Chunks sent to one device.</param>
/// <param name="SharedChunks">Chunks sent to all.</param>
/// <param name="TimestampsPublished">On the broker.</param>
/// <param name="Refreshes">The timestamp was signed anew here.</param>
/// <param name="RefreshFailures">It could not be.</param>
/// <param name="HttpRequests">Answered over HTTP.</param>
/// <param name="HttpBytes">Bytes of their answers.</param>
/// <param name="TimestampVersion">Of the repository; 0 before it was read.</param>
/// <param name="Devices">With answers on the way now.</param>
/// <param name="QueuedBytes">That wait for the socket now.</param>
internal sealed record DepotFigures(long Requests, long MetadataRequests, long TargetRequests, long ChunkRequests, long NotFound, long Busy, long Errors, long Malformed, long Dropped,
    long OwnBytes, long SharedBytes, long SavedBytes, long OwnChunks, long SharedChunks, long TimestampsPublished, long Refreshes, long RefreshFailures, long HttpRequests, long HttpBytes,
    long TimestampVersion, int Devices, long QueuedBytes)
{
    /// <summary>Payload bytes that left over the broker.</summary>
    public long EgressBytes => OwnBytes + SharedBytes;
}
