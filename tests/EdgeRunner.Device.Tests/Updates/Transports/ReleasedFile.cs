using System.Security.Cryptography;
using EdgeRunner.Device.Updates.Transports;
using EdgeRunner.Inference.Chunks;

namespace EdgeRunner.Device.Tests.Updates.Transports;

/// <summary>A directory like a repository with one file in it, in chunks of different lengths.</summary>
internal sealed class ReleasedFile : IDisposable
{
    private const string Path = "models/vision/1.2.0.ermodel";

    private readonly TempDirectory _directory = new();

    internal ReleasedFile(int chunks = 20)
    {
        var random = new Random(7);
        var lengths = Enumerable.Range(0, chunks).Select(_ => random.Next(1, ChunkIndex.MaxChunkBytes)).ToArray();
        Content = new byte[lengths.Sum()];
        random.NextBytes(Content);
        var entries = new List<(int, byte[])>();
        var at = 0;
        foreach (var length in lengths)
        {
            entries.Add((length, SHA256.HashData(Content.AsSpan(at, length))));
            at += length;
        }

        var digest = SHA256.HashData(Content);
        Index = ChunkIndex.Create(Path, digest, entries);
        var name = $"models/vision/{Convert.ToHexStringLower(digest)}.1.2.0.ermodel";
        var indexDigest = Convert.ToHexStringLower(SHA256.HashData(Index.ToBytes()));
        Fetch = new ChunkFetch(Index, $"models/vision/{indexDigest}.1.2.0.chunks", indexDigest, name);
        Root = _directory.File("repository");
        Write("metadata/timestamp.json", "{}"u8);
        Write("targets/" + name, Content);
    }

    internal string Root { get; }

    internal byte[] Content { get; }

    internal ChunkIndex Index { get; }

    internal ChunkFetch Fetch { get; }

    internal string File => System.IO.Path.Combine(Root, "targets", Fetch.FileName);

    internal string Beside(string name) => _directory.File(name);

    internal void Write(string name, ReadOnlySpan<byte> bytes)
    {
        var file = System.IO.Path.Combine(Root, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        System.IO.File.WriteAllBytes(file, bytes);
    }

    public void Dispose() => _directory.Dispose();
}
