namespace EdgeRunner.Device.Updates.Transports;

/// <summary>What became of a chunk that was offered.</summary>
internal enum ChunkOutcome
{
    /// <summary>Written.</summary>
    Taken,

    /// <summary>It was there already. Harmless.</summary>
    Duplicate,

    /// <summary>Not the chunk that the index asks for: wrong number, length or digest. Nothing was written.</summary>
    Wrong,
}
