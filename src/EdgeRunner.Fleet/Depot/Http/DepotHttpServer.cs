using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace EdgeRunner.Fleet.Depot.Http;

/// <summary>Kestrel with the depot's addresses, limits and certificate, as a web application of its own beside the depot's host.</summary>
internal sealed partial class DepotHttpServer(DepotOptions options, DepotSite site, DepotHealth health, TimeProvider timeProvider, ILoggerFactory loggers) : IHostedService, IAsyncDisposable
{
    /// <summary>The name of the check in <see cref="DepotHealth"/>.</summary>
    internal const string Check = "http";

    private readonly ILogger _logger = loggers.CreateLogger<DepotHttpServer>();
    private WebApplication? _application;

    /// <summary>Where it listens, with the ports that were given.</summary>
    public IReadOnlyCollection<string> Addresses => [.. _application?.Urls ?? []];

    /// <inheritdoc/>
    /// <exception cref="IOException">An address cannot be had, or the certificate cannot be used: somebody who asks for HTTP must not go without it unawares.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _application = Build();
        try
        {
            await _application.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (System.Net.Sockets.SocketException e)
        {
            throw new IOException($"--http {string.Join(" ", options.Http.Addresses)}: {e.Message}", e);
        }
        health.Set(Check, healthy: true, $"listens on {string.Join(", ", Addresses)}");
        Log.Listening(_logger, string.Join(", ", Addresses));
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_application is null) return;
        // Who is in the middle of a file may finish it; who holds a connection open without a request must not hold up the stop.
        using var late = new CancellationTokenSource(options.StopTime, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        await _application.StopAsync(either.Token).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _application?.DisposeAsync() ?? ValueTask.CompletedTask;

    private WebApplication Build()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "edgefleet", ContentRootPath = "/" });
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton<IHostLifetime, OwnedLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Timeout.InfiniteTimeSpan); // StopAsync has the limit
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(Configure);
        var application = builder.Build();
        application.Run(site.AnswerAsync);
        return application;
    }

    private void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        var limits = kestrel.Limits;
        limits.MaxConcurrentConnections = options.Http.MaxConnections;
        limits.MaxRequestBodySize = 0;
        limits.MaxRequestLineSize = 4 << 10; // a target's name has at most 641 characters, each escaped to three
        limits.MaxRequestHeadersTotalSize = 16 << 10;
        limits.MaxRequestHeaderCount = 64;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        limits.KeepAliveTimeout = TimeSpan.FromMinutes(1);
        // A device on a poor NB-IoT link takes 1 KiB/s; who takes less holds a connection for nothing.
        limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 512, gracePeriod: TimeSpan.FromSeconds(30));
        var certificate = options.Http.CertificateFile is { } file ? new ServedCertificate(file, options.Http.KeyFile!, health, timeProvider, loggers.CreateLogger<ServedCertificate>()) : null;
        foreach (var address in options.Http.Addresses)
        {
            if (address.Address is { } ip) kestrel.Listen(ip, address.Port, listen => ConfigureOne(listen, address));
            else kestrel.ListenAnyIP(address.Port, listen => ConfigureOne(listen, address));
        }

        void ConfigureOne(ListenOptions listen, HttpAddress address)
        {
            listen.Protocols = HttpProtocols.Http1;
            if (address.IsTls) listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(certificate!.Current()) });
        }
    }

    private static partial class Log
    {
        [LoggerMessage(8080, LogLevel.Information, "serving HTTP on {Addresses}")]
        public static partial void Listening(ILogger logger, string addresses);
    }

    /// <summary>Signals and the console belong to the depot's host.</summary>
    private sealed class OwnedLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
