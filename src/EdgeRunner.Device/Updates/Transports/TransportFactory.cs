using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Updates.Transports.Http;

namespace EdgeRunner.Device.Updates.Transports;

/// <summary>Makes the roads that are configured.</summary>
internal static class TransportFactory
{
    /// <summary>What <c>updates.sources</c> calls the broker.</summary>
    public const string Mqtt = "mqtt";

    /// <summary>All roads of <c>updates.sources</c>, in their order.</summary>
    /// <param name="options">Sources, certificates, rate.</param>
    /// <param name="mqtt">Makes the road over the broker; null where there is no broker, which leaves it out.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="loggers">For the chain.</param>
    /// <exception cref="ArgumentException">No road is left.</exception>
    public static TransportChain Create(UpdateOptions options, Func<IUpdateTransport>? mqtt, TimeProvider timeProvider, ILoggerFactory loggers)
    {
        var roads = options.Sources.Distinct(StringComparer.Ordinal).Select(source => source is Mqtt ? mqtt?.Invoke() : Road(options, source, timeProvider)).OfType<IUpdateTransport>();
        return new TransportChain(roads, timeProvider, loggers.CreateLogger<TransportChain>());
    }

    /// <summary>The one road to a directory or an address: <c>update --from</c>.</summary>
    public static TransportChain CreateFrom(string source, UpdateOptions options, TimeProvider timeProvider, ILoggerFactory loggers) =>
        new([Road(options, source, timeProvider)], timeProvider, loggers.CreateLogger<TransportChain>());

    private static IUpdateTransport Road(UpdateOptions options, string source, TimeProvider timeProvider) =>
        Uri.TryCreate(source, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? new HttpTransport(address, options.HttpCaFile, options.MaxBytesPerSecond, timeProvider)
            : new DirectoryTransport(source);
}
