using EdgeRunner.Inference.Chunks;

namespace EdgeRunner.Fleet.Tests.Depot;

/// <summary>A release that was published.</summary>
/// <param name="Name">What the bundle is fetched by.</param>
/// <param name="IndexName">What its chunk index is fetched by.</param>
/// <param name="BlobId">SHA-256 of the index.</param>
/// <param name="Content">The bundle.</param>
/// <param name="Index">Its chunks.</param>
internal sealed record SignedRelease(string Name, string IndexName, string BlobId, byte[] Content, ChunkIndex Index)
{
    internal byte[] Chunk(int number) => Content.AsSpan((int)Index[number].Offset, Index[number].Length).ToArray();
}
