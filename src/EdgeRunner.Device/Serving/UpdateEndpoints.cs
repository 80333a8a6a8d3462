using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using EdgeRunner.Device.Updates;

namespace EdgeRunner.Device.Serving;

/// <summary>What the field engineer asks of updates, on the control socket.</summary>
/// <remarks><code>
/// GET  /v1/updates                  an UpdateStatus; 404 with an UpdateAnswer when the device follows no group
/// POST /v1/updates/check            {"directory":null,"retry":false,"dryRun":false}
/// POST /v1/models/NAME/rollback     {"version":null}
/// POST /v1/models/NAME/pin          {"version":null}
/// POST /v1/models/NAME/unpin        {}
/// </code>
/// All but the first answer an UpdateAnswer: with 200 when it was done, with 409 when it was not; 400 with a text says what is wrong with the request.</remarks>
internal sealed class UpdateEndpoints(IUpdateControl control)
{
    /// <summary>Where everything is.</summary>
    public const string StatusPath = "/v1/updates";

    /// <summary>Asks for a check.</summary>
    public const string CheckPath = "/v1/updates/check";

    private const string ModelPrefix = "/v1/models/";

    /// <summary>The path of an act on a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="act"><c>rollback</c>, <c>pin</c> or <c>unpin</c>.</param>
    public static string PathOf(string model, string act) => $"{ModelPrefix}{Uri.EscapeDataString(model)}/{act}";

    /// <summary>Answers a request that is for here.</summary>
    /// <returns>False when it is not.</returns>
    public bool TryHandle(HttpContext context, out Task handled)
    {
        var path = context.Request.Path.Value ?? "";
        if (string.Equals(path, StatusPath, StringComparison.Ordinal))
        {
            handled = HttpMethods.IsGet(context.Request.Method) ? TellAsync(context) : Refuse(context);
            return true;
        }

        if (string.Equals(path, CheckPath, StringComparison.Ordinal))
        {
            handled = PostAsync(context, UpdateCommandContext.Default.UpdateCheckRequest, "{\"directory\":null,\"retry\":false,\"dryRun\":false}", request => request.DryRun
                ? control.DryRunAsync(request.Directory, context.RequestAborted)
                : control.CheckNowAsync(request.Directory, request.Retry, context.RequestAborted));
            return true;
        }

        handled = Task.CompletedTask;
        if (!path.StartsWith(ModelPrefix, StringComparison.Ordinal) || path.LastIndexOf('/') is var slash && slash <= ModelPrefix.Length) return false;
        var (model, stop) = (path[ModelPrefix.Length..slash], context.RequestAborted);
        Func<ModelVersionRequest, Task<UpdateAnswer>>? act = path[(slash + 1)..] switch
        {
            "rollback" => request => control.RollBackAsync(model, request.Version, stop),
            "pin" => request => control.PinAsync(model, request.Version, stop),
            "unpin" => _ => control.UnpinAsync(model, stop),
            _ => null,
        };
        if (act is null) return false;
        handled = PostAsync(context, UpdateCommandContext.Default.ModelVersionRequest, "{\"version\":null}", act);
        return true;
    }

    private Task TellAsync(HttpContext context)
    {
        if (control.Snapshot() is { } status) return context.Response.WriteAsJsonAsync(status, UpdateCommandContext.Default.UpdateStatus, cancellationToken: context.RequestAborted);
        return AnswerAsync(context, HttpStatusCode.NotFound, new UpdateAnswer(false, "this device follows no group: updates.group is not set"));
    }

    private static async Task PostAsync<T>(HttpContext context, JsonTypeInfo<T> type, string form, Func<T, Task<UpdateAnswer>> act)
        where T : class
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            await Refuse(context).ConfigureAwait(false);
            return;
        }

        T? request = null;
        var problem = "it is null";
        try
        {
            request = await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted).ConfigureAwait(false);
        }
        catch (JsonException e)
        {
            problem = e.Message;
        }

        if (request is null)
        {
            context.Response.StatusCode = (int)HttpStatusCode.BadRequest;
            await context.Response.WriteAsync($"the body is not {form}: {problem}", context.RequestAborted).ConfigureAwait(false);
            return;
        }

        UpdateAnswer answer;
        try
        {
            answer = await act(request).ConfigureAwait(false);
        }
        // A disk that takes nothing is an answer too; without a group there is no service that would say so.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            answer = new UpdateAnswer(false, $"files of the updates cannot be read or written: {e.Message}", UpdateReasons.Storage);
        }

        await AnswerAsync(context, answer.Done ? HttpStatusCode.OK : HttpStatusCode.Conflict, answer).ConfigureAwait(false);
    }

    private static Task AnswerAsync(HttpContext context, HttpStatusCode status, UpdateAnswer answer)
    {
        context.Response.StatusCode = (int)status;
        return context.Response.WriteAsJsonAsync(answer, UpdateCommandContext.Default.UpdateAnswer, cancellationToken: context.RequestAborted);
    }

    private static Task Refuse(HttpContext context)
    {
        context.Response.StatusCode = (int)HttpStatusCode.MethodNotAllowed;
        return Task.CompletedTask;
    }
}
