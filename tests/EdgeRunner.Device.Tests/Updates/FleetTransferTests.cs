using System.Security.Cryptography;
using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Tests.Updates.Transports.Mqtt;
using EdgeRunner.Device.Updates;
using EdgeRunner.Device.Updates.Download;
using EdgeRunner.Device.Updates.Repository;
using EdgeRunner.Device.Updates.Transports.Mqtt;
using EdgeRunner.Fleet.Depot;
using EdgeRunner.Messaging.Mqtt;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeRunner.Device.Tests.Updates;

/// <summary>A fleet takes a release from one depot through one broker: the real depot, the real road, the real repository, verified and on disk at the end.</summary>
public sealed class FleetTransferTests : IAsyncLifetime, IDisposable
{
    private const int Devices = 20;
    private const int ReleaseBytes = 20_000_000;
    private const string Group = "line-1";

    private readonly string _fleet = Road.NewFleet();
    private readonly byte[] _bundle = RandomNumberGenerator.GetBytes(ReleaseBytes);
    private readonly TempDirectory _states = new();
    private readonly MosquittoBroker _broker = MosquittoBroker.Start();
    private SignedRepository _repository = null!;
    private IHost _depot = null!;

    public async Task InitializeAsync()
    {
        _repository = await SignedRepository.CreateAsync(TimeProvider.System);
        await _repository.AddReleaseAsync("vision", "2.0.0", 2, _bundle);
        await _repository.SetDesiredAsync(SignedRepository.Desired(Group, "vision", "2.0.0", 2));
        var options = new DepotOptions(_repository.Path, _fleet)
        {
            Broker = new MqttSessionOptions { Port = _broker.Port, ClientId = "depot", CleanStart = true, SessionExpiry = TimeSpan.Zero },
        };
        _depot = DepotHost.Build(options, TimeProvider.System, NullLoggerProvider.Instance);
        await _depot.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _depot.StopAsync();
        _depot.Dispose();
    }

    public void Dispose()
    {
        _repository.Dispose();
        _states.Dispose();
        _broker.Dispose();
    }

    [Fact]
    public async Task Twenty_devices_take_a_release_for_little_more_than_its_size_and_one_that_was_away_catches_up()
    {
        var devices = Enumerable.Range(1, Devices).Select(number => new FleetDevice(this, number)).ToList();
        try
        {
            var late = devices[^1];
            var present = devices[..^1];
            // As UpdateSchedule has it: metadata at a time of each device's own, chunks all together.
            await Task.WhenAll(present.Select(device => device.FindAsync()));
            var before = Figures;
            Assert.All(await Task.WhenAll(present.Select(device => Task.Run(device.FetchAsync))), AssertWhole);
            var together = Figures.EgressBytes - before.EgressBytes;

            await late.FindAsync();
            AssertWhole(await late.FetchAsync());
            var after = Figures.EgressBytes - before.EgressBytes - together;

            Assert.InRange(together, ReleaseBytes, ReleaseBytes * 3L / 2);
            Assert.InRange(after, ReleaseBytes, ReleaseBytes * 3L / 2);
            Assert.True(Figures.SavedBytes > 10L * ReleaseBytes, $"{Figures.SavedBytes} bytes were saved");
            Assert.Equal((0, 0), (Figures.Errors, Figures.Malformed));
        }
        finally
        {
            foreach (var device in devices) await device.DisposeAsync();
        }
    }

    private DepotFigures Figures => _depot.Services.GetRequiredService<DepotCounters>().Snapshot();

    private void AssertWhole(string file)
    {
        using var stream = File.OpenRead(file);
        Assert.Equal(SHA256.HashData(_bundle), SHA256.HashData(stream));
    }

    /// <summary>What a device does between the wake-up call and the probe.</summary>
    private sealed class FleetDevice : IAsyncDisposable
    {
        private readonly MqttTransport _road;
        private readonly ReleaseRepository _source;
        private readonly ReleaseDownloader _downloader;
        private Release? _release;

        internal FleetDevice(FleetTransferTests fleet, int number)
        {
            var options = new UpdateOptions { Group = Group, RootFile = fleet._repository.RootFile, Sources = ["mqtt"] };
            var state = fleet._states.File($"device-{number}");
            _road = Road.Open(fleet._broker.Port, fleet._fleet, new MqttTransportTimes(), $"device-{number}");
            _source = new ReleaseRepository(options, state, _road, TimeProvider.System, NullLogger<ReleaseRepository>.Instance, static () => true, DateTimeOffset.UnixEpoch);
            _downloader = new ReleaseDownloader(options, state, _road, [], TimeProvider.System, NullLogger<ReleaseDownloader>.Instance);
        }

        public ValueTask DisposeAsync() => _road.DisposeAsync();

        internal async Task FindAsync()
        {
            var desired = await _source.RefreshAsync(CancellationToken.None);
            _release = await _source.FindAsync("vision", desired!.Models["vision"].Version, CancellationToken.None);
        }

        internal Task<string> FetchAsync() => _downloader.FetchAsync(_release!, new Progress<DownloadProgress>(), CancellationToken.None);
    }
}
