namespace EdgeRunner.Inference.Chunks;

/// <summary>A piece of a file.</summary>
/// <param name="Offset">Where it begins, in bytes.</param>
/// <param name="Length">1 to <see cref="ChunkIndex.MaxChunkBytes"/>.</param>
public readonly record struct Chunk(long Offset, int Length);
