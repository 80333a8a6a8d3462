using EdgeRunner.Trust.Client;
using EdgeRunner.Trust.Metadata;

namespace EdgeRunner.Trust.Tests.Client;

/// <summary>A device with a state directory, a clock and a road to a simulated repository. Every refresh is by a new client, as after a
/// restart.</summary>
internal sealed class SimulatedDevice : IDisposable
{
    private readonly TempDirectory _directory = new();

    internal SimulatedDevice(RepositorySimulator repository)
    {
        Repository = repository;
        Store = new MetadataStore(_directory.File("state"));
        Store.Provision(repository.InitialRoot);
    }

    internal RepositorySimulator Repository { get; }

    internal MetadataStore Store { get; }

    internal ManualTimeProvider Time { get; set; } = new(RepositorySimulator.Start);

    internal bool IsSynchronised { get; set; } = true;

    internal DateTimeOffset BuildDate { get; set; } = RepositorySimulator.Start.AddDays(-30);

    internal TufClientOptions Options { get; set; } = new();

    public void Dispose() => _directory.Dispose();

    internal string File(string name) => _directory.File(name);

    internal TufClient NewClient() => new(Store, Repository, new TrustClock(Time, BuildDate, () => IsSynchronised), Options);

    internal Task<RefreshResult> RefreshAsync() => NewClient().RefreshAsync(CancellationToken.None);

    internal async Task<MetadataException> RefusesAsync(TrustFailure failure, string role)
    {
        var error = await Assert.ThrowsAsync<MetadataException>(RefreshAsync);
        Assert.Equal((failure, role), (error.Failure, error.Role));
        Assert.DoesNotContain('\n', error.Message);
        return error;
    }

    internal async Task<TargetMatch> FindAsync(string path)
    {
        var client = NewClient();
        await client.RefreshAsync(CancellationToken.None);
        return await client.FindTargetAsync(path, CancellationToken.None);
    }

    /// <summary>Downloads into the file <c>target</c>.</summary>
    internal async Task DownloadAsync(string path) =>
        await new TargetDownloader(Repository, Time, Options).DownloadAsync(await FindAsync(path), File("target"), CancellationToken.None);

    /// <summary>Stored version of a role; null when none is stored.</summary>
    internal long? Stored(string role) =>
        Store.Read(role, 1 << 20) is { } bytes ? MetadataHeader.ClaimedVersion(Envelope.Parse(role, bytes)) : null;
}
