using System.Security.Cryptography;
using EdgeRunner.Device.Updates.Transports;
using EdgeRunner.Inference.Chunks;

namespace EdgeRunner.Device.Tests.Updates.Transports.Mqtt;

/// <summary>A file of random bytes and its index.</summary>
internal sealed record TestFile(byte[] Bytes, ChunkIndex Index, ChunkFetch Fetch)
{
    internal static TestFile Make(int bytes, int chunkBytes, int seed = 1)
    {
        var content = new byte[bytes];
        new Random(seed).NextBytes(content);
        List<(int, byte[])> chunks = [];
        for (var at = 0; at < bytes; at += chunkBytes)
        {
            var length = Math.Min(chunkBytes, bytes - at);
            chunks.Add((length, SHA256.HashData(content.AsSpan(at, length))));
        }

        var index = ChunkIndex.Create($"models/vision/{seed}.0.0.ermodel", SHA256.HashData(content), chunks);
        var digest = Convert.ToHexStringLower(SHA256.HashData(index.ToBytes()));
        return new(content, index, new ChunkFetch(index, $"models/vision/{digest}.{seed}.0.0.chunks", digest, $"models/vision/{index.Sha256}.{seed}.0.0.ermodel"));
    }

    internal ReadOnlyMemory<byte> Chunk(int number) => Bytes.AsMemory((int)Index[number].Offset, Index[number].Length);
}
