using System.Text;

namespace EdgeRunner.Fleet.Depot.Http;

/// <summary>Short answers.</summary>
internal static class PlainAnswer
{
    /// <summary>Sends a line of text; only its head for HEAD.</summary>
    /// <returns>Bytes of the body.</returns>
    public static Task<long> SendAsync(HttpContext context, int status, string text) => SendAsync(context, status, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(text + "\n"));

    /// <summary>Sends a body.</summary>
    /// <inheritdoc cref="SendAsync(HttpContext, int, string)"/>
    public static async Task<long> SendAsync(HttpContext context, int status, string contentType, ReadOnlyMemory<byte> body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        if (HttpMethods.IsHead(context.Request.Method)) return 0;
        await context.Response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
        return body.Length;
    }
}
