using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.ModelStore;
using EdgeRunner.Device.Updates.Download;
using EdgeRunner.Device.Updates.Encryption;
using EdgeRunner.Device.Updates.Repository;
using EdgeRunner.Device.Updates.Transports;
using EdgeRunner.Device.Updates.Transports.Mqtt;
using EdgeRunner.Device.Uplink;
using EdgeRunner.Messaging.Mqtt;

namespace EdgeRunner.Device.Updates;

/// <summary>The daemon's roads: those of <c>updates.sources</c>, or a directory that a person names. All of them share one memory of what was verified.</summary>
internal sealed class UpdateRoadsFactory(DeviceConfiguration options, DeviceIdentity identity, BundleStore bundles, TimeProvider timeProvider, ILoggerFactory loggers) : IUpdateRoadsFactory
{
    /// <inheritdoc/>
    public UpdateRoads Open(string? directory)
    {
        var road = OpenRoad(directory);
        var state = options.Storage.StateDirectory;
        return new UpdateRoads(
            new ReleaseRepository(options.Updates, state, road, timeProvider, loggers.CreateLogger<ReleaseRepository>()),
            new ReleaseDownloader(options.Updates, state, road, [new InstalledChunks(bundles, loggers.CreateLogger<InstalledChunks>())], timeProvider, loggers.CreateLogger<ReleaseDownloader>()),
            new ReleaseUnsealer(road, options.Updates, state, loggers.CreateLogger<ReleaseUnsealer>()),
            road);
    }

    private TransportChain OpenRoad(string? directory)
    {
        try
        {
            if (directory is not null && !Directory.Exists(directory) && !directory.Contains("://", StringComparison.Ordinal))
                throw new UpdateFailedException(UpdateReasons.Unavailable, $"there is no directory {directory}; name one that holds a repository (metadata/ and targets/)", isFinal: false);
            return directory is null
                ? TransportFactory.Create(options.Updates, options.Broker.Host is null ? null : OpenBroker, timeProvider, loggers)
                : TransportFactory.CreateFrom(directory, options.Updates, timeProvider, loggers);
        }
        catch (ArgumentException e)
        {
            throw new UpdateFailedException(UpdateReasons.Unavailable, $"updates.sources names no road that can be used: {string.Join(", ", options.Updates.Sources)}; mqtt needs broker.host", isFinal: false, e);
        }
        // A certificate file that cannot be read, for example.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new UpdateFailedException(UpdateReasons.Unavailable, $"a road of updates.sources cannot be used: {e.Message}", isFinal: false, e);
        }
    }

    private MqttTransport OpenBroker() => new(options.Broker, options.Updates, identity, timeProvider, loggers.CreateLogger<MqttSession>());
}
