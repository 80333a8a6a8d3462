using System.Net;
using EdgeRunner.Device.Configuration;
using EdgeRunner.Device.Health;
using EdgeRunner.Device.Swaps;
using EdgeRunner.Device.Updates;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace EdgeRunner.Device.Serving;

/// <summary>Answers the field engineer's commands on a Unix socket that only its owner and group may open.</summary>
/// <remarks>Kestrel without a web host around it, so that a socket that cannot be made costs the commands and nothing else.</remarks>
internal sealed partial class ControlSocket(StorageOptions storage, StatusReporter reporter, ManualActivation activation, IUpdateControl updates, StateBoard states, IServiceProvider services, ILoggerFactory loggerFactory)
    : IHostedService, IDisposable
{
    private const UnixFileMode OwnerAndGroup = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    private KestrelServer? _server;

    /// <summary>Where the socket is below the runtime directory.</summary>
    public static string PathIn(string runtimeDirectory) => Path.Combine(runtimeDirectory, "edgerunner.sock");

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var path = PathIn(storage.RuntimeDirectory);
        try
        {
            Directory.CreateDirectory(storage.RuntimeDirectory);
            // One left by a crash; the instance lock says that no daemon listens on it.
            File.Delete(path);
            _server = MakeServer(path);
            await _server.StartAsync(new Application(reporter, new ActivationEndpoint(activation), new UpdateEndpoints(updates)), cancellationToken).ConfigureAwait(false);
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, OwnerAndGroup);
        }
        // Whatever keeps the socket from being made, the pipelines must run.
        catch (Exception e) when (e is not OperationCanceledException)
        {
            states.Set("control socket", ComponentState.Failed, $"{path} cannot be made, so status and the other commands get no answer: {e.Message}");
        }
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_server is null) return;
        using var now = new CancellationTokenSource();
        await now.CancelAsync().ConfigureAwait(false); // A client that holds its connection open must not hold up the stop.
        await _server.StopAsync(now.Token).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _server?.Dispose();

    private KestrelServer MakeServer(string path)
    {
        var options = new KestrelServerOptions { ApplicationServices = services, AddServerHeader = false };
        options.Limits.MaxRequestBodySize = 1 << 20;
        options.Limits.MaxConcurrentConnections = 32;
        options.ListenUnixSocket(path, listen => listen.Protocols = HttpProtocols.Http1);
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggerFactory);
        return new KestrelServer(Options.Create(options), transport, loggerFactory);
    }

    private sealed class Application(StatusReporter reporter, ActivationEndpoint activation, UpdateEndpoints updates) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public void DisposeContext(HttpContext context, Exception? exception)
        {
            // Nothing of ours hangs on the context.
        }

        public Task ProcessRequestAsync(HttpContext context)
        {
            if (ActivationEndpoint.Matches(context.Request.Path, out var model)) return activation.HandleAsync(context, model);
            if (updates.TryHandle(context, out var handled)) return handled;
            if (context.Request.Path != "/v1/status")
            {
                context.Response.StatusCode = (int)HttpStatusCode.NotFound;
                return Task.CompletedTask;
            }

            if (!HttpMethods.IsGet(context.Request.Method))
            {
                context.Response.StatusCode = (int)HttpStatusCode.MethodNotAllowed;
                return Task.CompletedTask;
            }

            return context.Response.WriteAsJsonAsync(reporter.Read(), StatusJsonContext.Default.DaemonStatus, cancellationToken: context.RequestAborted);
        }
    }
}
