using EdgeRunner.Fleet.Depot;
using EdgeRunner.Fleet.Depot.Http;
using EdgeRunner.Fleet.Logging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EdgeRunner.Fleet.Tests.Depot.Http;

/// <summary>A depot in this process that serves HTTP on a free loopback port, and no broker.</summary>
internal sealed class HttpDepot : IAsyncDisposable
{
    private readonly IHost _host;

    private HttpDepot(IHost host) => _host = host;

    internal DepotHealth Health => _host.Services.GetRequiredService<DepotHealth>();

    internal DepotSite Site => _host.Services.GetRequiredService<DepotSite>();

    internal DepotFigures Figures => _host.Services.GetRequiredService<DepotCounters>().Snapshot();

    internal Uri Address => new(_host.Services.GetRequiredService<DepotHttpServer>().Addresses.Single() + "/");

    internal static async Task<HttpDepot> StartAsync(string repository, Func<DepotOptions, DepotOptions>? configure = null, TimeProvider? time = null)
    {
        var options = new DepotOptions(repository, "north") { Http = new HttpOptions { Addresses = [HttpAddress.Parse("http://127.0.0.1:0")] } };
        var lines = new LineLoggerProvider(TextWriter.Null, LineLoggerProvider.FormatFor(json: false), time ?? TimeProvider.System);
        var depot = new HttpDepot(DepotHost.Build(configure?.Invoke(options) ?? options, time ?? TimeProvider.System, lines));
        await depot._host.StartAsync();
        return depot;
    }

    internal Task StopAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
