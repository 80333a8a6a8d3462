using System.Security.Cryptography;
using EdgeRunner.Inference.Chunks;
using EdgeRunner.Trust.Metadata;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Fleet.Tests.Depot;

/// <summary>Releases of random bytes, in small chunks, and what a depot announces of their repository.</summary>
internal static class DepotReleases
{
    internal const int ChunkBytes = 16 << 10;

    /// <summary>Publishes a release of random bytes, and the index of its chunks.</summary>
    internal static async Task<SignedRelease> AddAsync(this SignedRepository repository, string version, int bytes)
    {
        var content = RandomNumberGenerator.GetBytes(bytes);
        var chunks = content.Chunk(ChunkBytes).Select(c => (c.Length, SHA256.HashData(c))).ToArray();
        var index = ChunkIndex.Create($"models/vision/{version}.ermodel", SHA256.HashData(content), chunks);
        await repository.AddReleaseAsync("vision", version, release: 1, content, index: index.ToBytes());
        var indexSha256 = Convert.ToHexStringLower(SHA256.HashData(index.ToBytes()));
        return new SignedRelease($"models/vision/{index.Sha256}.{version}.ermodel", $"models/vision/{indexSha256}.{version}.chunks", indexSha256, content, index);
    }

    /// <summary>Publishes any small target.</summary>
    /// <returns>The name that it is fetched by.</returns>
    internal static async Task<string> AddAsync(this SignedRepository repository, string target, byte[] content)
    {
        await repository.AddTargetAsync(target, content);
        var slash = target.LastIndexOf('/') + 1;
        return $"{target[..slash]}{Convert.ToHexStringLower(SHA256.HashData(content))}.{target[slash..]}";
    }

    internal static byte[] Timestamp(this SignedRepository repository) => File.ReadAllBytes(repository.Layout.RoleFile(RoleNames.Timestamp, 0));

    internal static long TimestampVersion(this SignedRepository repository) => RepositoryContent.Read(repository.Layout).Timestamp!.Header.Version;
}
