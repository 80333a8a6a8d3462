namespace EdgeRunner.Fleet.Depot.Answers;

/// <summary>What a message is.</summary>
internal enum OutgoingKind
{
    /// <summary>Words: not found, busy, an error. The buffer is its own.</summary>
    Words,

    /// <summary>A part of a file for one device. The buffer is rented.</summary>
    Part,

    /// <summary>A chunk for one device. The buffer is rented.</summary>
    Chunk,

    /// <summary>A chunk for all that want it. The buffer is rented.</summary>
    SharedChunk,
}
