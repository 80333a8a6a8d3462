using System.Net;
using System.Text.Json;
using EdgeRunner.Device.Updates;

namespace EdgeRunner.Device.Swaps;

/// <summary><c>POST /v1/models/NAME/activate</c> with <c>{"version":"1.2.0"}</c> on the control socket: answers an <see cref="ActivationReport"/> with 200 when the
/// version is active, 409 when it was refused and nothing has changed, 404 when it is not installed.</summary>
internal sealed class ActivationEndpoint(ManualActivation activation)
{
    private const string Prefix = "/v1/models/";
    private const string Suffix = "/activate";

    /// <summary>The path for a model.</summary>
    public static string PathOf(string model) => Prefix + Uri.EscapeDataString(model) + Suffix;

    /// <summary>Whether a request path is this endpoint's.</summary>
    public static bool Matches(PathString path, out string model)
    {
        var text = path.Value ?? "";
        model = text.Length > Prefix.Length + Suffix.Length && text.StartsWith(Prefix, StringComparison.Ordinal) && text.EndsWith(Suffix, StringComparison.Ordinal)
            ? text[Prefix.Length..^Suffix.Length]
            : "";
        return model.Length > 0;
    }

    /// <summary>Answers a request.</summary>
    public async Task HandleAsync(HttpContext context, string model)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.StatusCode = (int)HttpStatusCode.MethodNotAllowed;
            return;
        }

        ActivationRequest? request;
        try
        {
            request = await JsonSerializer.DeserializeAsync(context.Request.Body, SwapJsonContext.Default.ActivationRequest, context.RequestAborted).ConfigureAwait(false);
        }
        catch (JsonException e)
        {
            await RefuseAsync(context, $"the body is not {{\"version\":\"1.2.0\"}}: {e.Message}").ConfigureAwait(false);
            return;
        }

        if (request is null || string.IsNullOrEmpty(request.Version) || request.PeakBytes is < 0)
        {
            await RefuseAsync(context, "the body is not {\"version\":\"1.2.0\"}, with an optional peakBytes of 0 or more").ConfigureAwait(false);
            return;
        }

        var report = await activation.ActivateAsync(model, request.Version, request.PeakBytes, context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = (int)(report.Activated ? HttpStatusCode.OK : report.IsInstalled ? HttpStatusCode.Conflict : HttpStatusCode.NotFound);
        await context.Response.WriteAsJsonAsync(report, SwapJsonContext.Default.ActivationReport, cancellationToken: context.RequestAborted).ConfigureAwait(false);
    }

    private static Task RefuseAsync(HttpContext context, string words)
    {
        context.Response.StatusCode = (int)HttpStatusCode.BadRequest;
        return context.Response.WriteAsync(words, context.RequestAborted);
    }
}
