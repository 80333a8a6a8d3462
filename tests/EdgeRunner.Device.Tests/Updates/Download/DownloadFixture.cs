using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.Download;
using EdgeRunner.Device.Updates.Transports;
using EdgeRunner.Inference.Chunks;
using EdgeRunner.Trust.Client;
using EdgeRunner.Trust.Metadata;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeRunner.Device.Tests.Updates.Download;

/// <summary>A device's state directory, and releases to fetch into it.</summary>
internal sealed class DownloadFixture : IDisposable
{
    internal const string Model = "vision";

    private readonly TempDirectory _directory = new();

    internal DownloadFixture(string? at = null) => State = at ?? _directory.Path;

    internal string State { get; }

    internal UpdateOptions Options { get; } = new() { ReserveBytes = 0 };

    internal ManualTimeProvider Time { get; } = new();

    internal List<DownloadProgress> Progress { get; } = [];

    internal DownloadProgress Last => Progress[^1];

    public void Dispose() => _directory.Dispose();

    internal static byte[] Content(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    internal static Release Release(byte[] content, string version = "1.0.0", ChunkIndex? index = null, FileDigests? digests = null)
    {
        var path = $"models/{Model}/{version}.ermodel";
        index ??= FileChunker.Index(path, new MemoryStream(content), CancellationToken.None);
        var target = new TargetMatch(path, new TargetFile(content.Length, digests ?? FileDigests.Of(content)), "models/main", $"models/{Model}/{index.Sha256}.{version}.ermodel");
        return new Release(Model, version, 1, target, new ChunkFetch(index, $"models/{Model}/x.{version}.chunks", new string('0', 64), target.FetchName)) { Needs = new ReleaseNeeds { UnpackedBytes = content.Length } };
    }

    /// <summary>A downloader as the daemon makes it.</summary>
    internal ReleaseDownloader Over(IUpdateTransport transport) =>
        new(Options, State, transport, [new InstalledChunks(new BundleStore(State), NullLogger<InstalledChunks>.Instance)], Time, NullLogger<ReleaseDownloader>.Instance);

    internal async Task<string> FetchAsync(IUpdateTransport transport, Release release, CancellationToken cancellationToken = default) =>
        await Over(transport).FetchAsync(release, new Collected(Progress), cancellationToken);

    internal async Task<UpdateFailedException> FailAsync(IUpdateTransport transport, Release release) =>
        await Assert.ThrowsAsync<UpdateFailedException>(() => FetchAsync(transport, release));

    /// <summary>Puts a version into the store as an install leaves it.</summary>
    internal string Install(string version, byte[] content, bool active = true)
    {
        var directory = Directory.CreateDirectory(Path.Combine(State, "models", Model)).FullName;
        var file = Path.Combine(directory, version + ".ermodel");
        File.WriteAllBytes(file, content);
        if (active) File.WriteAllText(Path.Combine(directory, "active"), version + "\n");
        return file;
    }

    internal string Part(Release release) => Path.Combine(State, "updates", "parts", Model, release.Chunks.Index.Sha256 + ".part");

    internal IEnumerable<string?> Parts() => Directory.Exists(Path.Combine(State, "updates", "parts", Model)) ? Directory.EnumerateFiles(Path.Combine(State, "updates", "parts", Model)).Select(Path.GetFileName).Order(StringComparer.Ordinal) : [];

    private sealed class Collected(List<DownloadProgress> into) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value)
        {
            lock (into) into.Add(value);
        }
    }
}
