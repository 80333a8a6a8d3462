using EdgeRunner.Inference.Chunks;

namespace EdgeRunner.Device.Updates.Transports;

/// <summary>What <see cref="IUpdateTransport.FetchChunksAsync"/> is to fetch.</summary>
/// <param name="Index">The verified index.</param>
/// <param name="IndexName">Its name in the repository, with its digest: <c>models/vision/SHA256.1.2.0.chunks</c>.</param>
/// <param name="IndexSha256">Its digest, lowercase hex: the level of the <c>blob/</c> topics.</param>
/// <param name="FileName">Name of the file itself: <c>models/vision/SHA256.1.2.0.ermodel</c>.</param>
internal sealed record ChunkFetch(ChunkIndex Index, string IndexName, string IndexSha256, string FileName);
