using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace EdgeRunner.Device.Tests.Updates.Transports;

/// <summary>Serves a directory on a free loopback port, with Range, as web servers do; a test may answer requests in another way.</summary>
internal sealed class WebServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private WebServer(WebApplication app) => _app = app;

    /// <summary>Answers in place of the file; returns false to leave it to the file.</summary>
    public Func<HttpContext, Task<bool>> Answer { get; set; } = _ => Task.FromResult(false);

    /// <summary>Request targets as they came, with their Range.</summary>
    public ConcurrentQueue<(string Target, string Range)> Requests { get; } = new();

    public Uri Address => new(_app.Urls.Single() + "/");

    public static async Task<WebServer> StartAsync(string root, TestPki? tls = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (tls is not null) listen.UseHttps(X509Certificate2.CreateFromPemFile(tls.ServerCertificateFile, tls.ServerKeyFile));
        }));
        var app = builder.Build();
        var server = new WebServer(app);
        app.Run(context => server.RunAsync(context, root));
        await app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync(); // a request that a test holds open must not hold the end of the test
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task RunAsync(HttpContext context, string root)
    {
        Requests.Enqueue((context.Features.Get<IHttpRequestFeature>()!.RawTarget, context.Request.Headers.Range.ToString()));
        if (await Answer(context)) return;
        var file = Path.Combine(root, context.Request.Path.Value![1..]);
        if (File.Exists(file)) await Results.File(file, enableRangeProcessing: true).ExecuteAsync(context);
        else context.Response.StatusCode = 404;
    }
}
