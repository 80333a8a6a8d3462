namespace EdgeRunner.Device.Updates.Download;

/// <summary>Takes a piece that may be a chunk. Valid during the call only.</summary>
/// <returns>False: no more are wanted.</returns>
internal delegate bool ChunkTaker(ReadOnlySpan<byte> piece);
