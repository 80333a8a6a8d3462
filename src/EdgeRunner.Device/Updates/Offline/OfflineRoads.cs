using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Updates.Download;
using EdgeRunner.Device.Updates.Repository;
using EdgeRunner.Device.Updates.Transports;

namespace EdgeRunner.Device.Updates.Offline;

/// <summary>The way to a repository for a command: one directory or address. The broker is the daemon's.</summary>
internal sealed class OfflineRoads(DeviceConfiguration configuration, BundleStore bundles, TimeProvider timeProvider, ILoggerFactory loggers) : IUpdateRoadsFactory
{
    /// <inheritdoc/>
    public UpdateRoads Open(string? directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        var (options, state) = (configuration.Updates, configuration.Storage.StateDirectory);
        var road = TransportFactory.CreateFrom(directory, options, timeProvider, loggers);
        return new UpdateRoads(
            new ReleaseRepository(options, state, road, timeProvider, loggers.CreateLogger<ReleaseRepository>()),
            new ReleaseDownloader(options, state, road, [new InstalledChunks(bundles, loggers.CreateLogger<InstalledChunks>())], timeProvider, loggers.CreateLogger<ReleaseDownloader>()),
            new OfflineUnsealer(),
            road);
    }
}
