namespace EdgeRunner.Device.Updates.Transports;

/// <summary>Where chunks go. Thread-safe.</summary>
internal interface IChunkSink
{
    /// <summary>Chunks that are not there yet.</summary>
    int Missing { get; }

    /// <summary>True while chunk <paramref name="number"/> is not there.</summary>
    bool IsMissing(int number);

    /// <summary>Checks the digest and writes the chunk to its place.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    ChunkOutcome Offer(int number, ReadOnlySpan<byte> bytes);
}
