using System.Net;
using System.Text;
using System.Text.Json;

namespace EdgeRunner.Fleet.Depot.Http;

/// <summary>Answers each HTTP request: <c>/metadata/</c>, <c>/targets/</c>, <c>/healthz</c>, <c>/metrics</c>.</summary>
internal sealed class DepotSite(DepotOptions options, RepositoryEndpoint repository, MetricsPage metrics, DepotHealth health, HttpTraffic traffic)
{
    /// <summary>Answers one request.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        long bytes = 0;
        var mayBegin = traffic.TryBegin(out var retryAfterSeconds);
        try
        {
            context.Response.Headers.XContentTypeOptions = "nosniff";
            if (mayBegin)
            {
                bytes = await FindAnswerAsync(context).ConfigureAwait(false);
            }
            else
            {
                context.Response.Headers.RetryAfter = retryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
                bytes = await PlainAnswer.SendAsync(context, StatusCodes.Status503ServiceUnavailable, "Too many requests at the moment.").ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The client has gone, or the depot stops.
        }
        finally
        {
            traffic.End(context.Response.StatusCode, bytes);
        }
    }

    private Task<long> FindAnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        var isMonitored = options.Http.IsMonitoringPublic || IsLocal(context);
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            return PlainAnswer.SendAsync(context, StatusCodes.Status405MethodNotAllowed, "Only GET and HEAD.");
        }
        if (RepositoryEndpoint.FileOf(path) is var (kind, name)) return repository.AnswerAsync(context, kind, name);
        context.Response.Headers.CacheControl = "no-store";
        return path switch
        {
            "/healthz" => SendHealthAsync(context, isMonitored),
            "/metrics" when isMonitored => PlainAnswer.SendAsync(context, StatusCodes.Status200OK, MetricsPage.ContentType, Encoding.UTF8.GetBytes(metrics.Write())),
            _ => PlainAnswer.SendAsync(context, StatusCodes.Status404NotFound, "There are /metadata/, /targets/ and /healthz."),
        };
    }

    private Task<long> SendHealthAsync(HttpContext context, bool isMonitored)
    {
        var checks = health.Snapshot();
        var isHealthy = checks.All(check => check.Healthy);
        // Reasons name paths and hosts, which are nobody's business outside.
        var body = JsonSerializer.SerializeToUtf8Bytes(new HealthAnswer(isHealthy, isMonitored ? checks : null), DepotJsonContext.Default.HealthAnswer);
        return PlainAnswer.SendAsync(context, isHealthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, "application/json", body);
    }

    /// <summary>By the address it came to, not the one it came from: what a proxy on this machine passes on comes from this machine.</summary>
    private static bool IsLocal(HttpContext context) => context.Connection.LocalIpAddress is { } address && IPAddress.IsLoopback(address);
}
