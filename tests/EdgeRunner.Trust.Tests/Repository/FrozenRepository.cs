using EdgeRunner.TestSupport;
using EdgeRunner.Trust.Client;
using EdgeRunner.Trust.Metadata;
using EdgeRunner.Trust.Repository;

namespace EdgeRunner.Trust.Tests.Repository;

/// <summary>The road of a device that got its timestamp at one moment and everything else later: it was in the middle of an update.</summary>
internal sealed class FrozenRepository : IMetadataFetcher
{
    private readonly RepositoryFolder _folder;
    private readonly byte[] _timestamp;
    private readonly string _directory;
    private readonly RepositoryLayout _layout;
    private readonly ManualTimeProvider _then;
    private int _devices;

    internal FrozenRepository(WrittenRepository repository, string directory)
    {
        (_folder, _directory, _layout) = (new RepositoryFolder(repository.Layout), directory, repository.Layout);
        _then = new ManualTimeProvider(repository.Time.GetUtcNow());
        _timestamp = File.ReadAllBytes(repository.Layout.RoleFile(RoleNames.Timestamp, 0));
    }

    public async ValueTask<FetchResult> FetchAsync(string name, int maxBytes, CancellationToken cancellationToken) => name is "timestamp.json"
        ? FetchResult.Found(_timestamp)
        : await _folder.FetchAsync(name, maxBytes, cancellationToken);

    /// <summary>Goes on with the update, from the first root to a target.</summary>
    internal async Task<string> DownloadAsync(string path)
    {
        var state = Path.Combine(_directory, $"device-{++_devices}");
        var store = new MetadataStore(state);
        store.Provision(await File.ReadAllBytesAsync(_layout.RoleFile(RoleNames.Root, 1)));
        var client = new TufClient(store, this, new TrustClock(_then, DateTimeOffset.UnixEpoch, () => true));
        await client.RefreshAsync(CancellationToken.None);
        var match = await client.FindTargetAsync(path, CancellationToken.None);
        var file = Path.Combine(_directory, $"download-{_devices}");
        await new TargetDownloader(_folder, _then).DownloadAsync(match, file, CancellationToken.None);
        return await File.ReadAllTextAsync(file);
    }
}
