using System.Buffers;
using System.Globalization;
using EdgeRunner.Fleet.Depot.Files;
using EdgeRunner.Messaging.Transfer;
using Microsoft.Net.Http.Headers;
using Microsoft.Win32.SafeHandles;

namespace EdgeRunner.Fleet.Depot.Http;

/// <summary>Serves <c>/metadata/</c> and <c>/targets/</c>: the files with a published name, and nothing else of the repository.</summary>
/// <remarks>
/// What has a version or a digest in its name never changes and may be kept for ever. <c>timestamp.json</c> must be asked for each time (304 costs nothing): one that a cache is slow
/// with hides releases. That a file is not there must not be kept at all: the next root is found by asking for it.
/// </remarks>
internal sealed partial class RepositoryEndpoint(PublishedFiles files, HttpTraffic traffic, ILogger<RepositoryEndpoint> logger)
{
    private const string Timestamp = "timestamp.json";
    private const string Forever = "public, max-age=31536000, immutable";
    private const int BufferBytes = 64 << 10;

    /// <summary>Which file a path means; null when none can be meant.</summary>
    /// <param name="path">The decoded path, in which <c>%2F</c> stays as it is: <c>2.models%2Fvision.json</c> comes in both spellings.</param>
    public static (TransferKind Kind, string Name)? FileOf(string path) =>
        path.StartsWith("/metadata/", StringComparison.Ordinal) ? (TransferKind.Metadata, path["/metadata/".Length..])
        : path.StartsWith("/targets/", StringComparison.Ordinal) ? (TransferKind.Target, path["/targets/".Length..])
        : null;

    /// <summary>Answers GET and HEAD.</summary>
    /// <returns>Bytes of the body that were sent.</returns>
    public async Task<long> AnswerAsync(HttpContext context, TransferKind kind, string name)
    {
        var response = context.Response;
        SafeFileHandle? opened;
        FileStamp stamp;
        try
        {
            opened = files.TryOpen(kind, name, out stamp);
        }
        catch (PublishedFileException e)
        {
            Log.Unreadable(logger, e.Message, e.InnerException?.Message ?? "");
            return await PlainAnswer.SendAsync(context, StatusCodes.Status500InternalServerError, e.Message).ConfigureAwait(false);
        }

        if (opened is null)
        {
            response.Headers.CacheControl = "no-store";
            return await PlainAnswer.SendAsync(context, StatusCodes.Status404NotFound, "The repository has no such file.").ConfigureAwait(false);
        }

        using var file = opened;
        var tag = TagOf(kind, name, stamp);
        var modified = new DateTimeOffset(stamp.ModifiedTicks - (stamp.ModifiedTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
        var range = RequestedRange.Read(context.Request.GetTypedHeaders(), tag, modified, stamp.Length);
        var headers = response.GetTypedHeaders();
        headers.ETag = tag;
        headers.LastModified = modified;
        response.Headers.AcceptRanges = "bytes";
        response.Headers.CacheControl = kind is TransferKind.Metadata && name is Timestamp ? "no-cache" : Forever;
        response.StatusCode = range.Status;
        switch (range.Status)
        {
            case StatusCodes.Status304NotModified:
                return 0;
            case StatusCodes.Status416RangeNotSatisfiable:
                response.Headers.ContentRange = $"bytes */{stamp.Length.ToString(CultureInfo.InvariantCulture)}";
                response.ContentLength = 0;
                return 0;
            case StatusCodes.Status206PartialContent:
                headers.ContentRange = new ContentRangeHeaderValue(range.Offset, range.Offset + range.Count - 1, stamp.Length);
                break;
            default:
                break;
        }
        response.ContentType = kind is TransferKind.Metadata ? "application/json" : "application/octet-stream";
        response.ContentLength = range.Count;
        return HttpMethods.IsHead(context.Request.Method) ? 0 : await SendAsync(context, file, name, range).ConfigureAwait(false);
    }

    /// <summary>Digests are in the names of targets; metadata of one version is changed by nobody, and the timestamp is a new file each time.</summary>
    private static EntityTagHeaderValue TagOf(TransferKind kind, string name, FileStamp stamp)
    {
        var file = name[(name.LastIndexOf('/') + 1)..];
        return new EntityTagHeaderValue(kind is TransferKind.Target ? $"\"{file[..file.IndexOf('.', StringComparison.Ordinal)]}\"" : $"\"{stamp.ModifiedTicks:x}-{stamp.Length:x}\"");
    }

    private async Task<long> SendAsync(HttpContext context, SafeFileHandle file, string name, RequestedRange range)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        long sent = 0;
        try
        {
            while (sent < range.Count)
            {
                var piece = buffer.AsMemory(0, (int)Math.Min(buffer.Length, range.Count - sent));
                var read = await RandomAccess.ReadAsync(file, piece, range.Offset + sent, context.RequestAborted).ConfigureAwait(false);
                if (read == 0) throw new IOException($"it ends at byte {range.Offset + sent}");
                await traffic.PaceAsync(read, context.RequestAborted).ConfigureAwait(false);
                await context.Response.Body.WriteAsync(piece[..read], context.RequestAborted).ConfigureAwait(false);
                sent += read;
            }
        }
        catch (IOException e)
        {
            // The length was promised already: only a cut tells the client that this is not the file.
            Log.Cut(logger, name, e.Message);
            context.Abort();
        }
        catch (OperationCanceledException)
        {
            // The client has gone, or the depot stops.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        return sent;
    }

    private static partial class Log
    {
        [LoggerMessage(8083, LogLevel.Error, "{Problem} {Detail}")]
        public static partial void Unreadable(ILogger logger, string problem, string detail);

        [LoggerMessage(8084, LogLevel.Error, "{Name} was cut while it was sent: {Problem}")]
        public static partial void Cut(ILogger logger, string name, string problem);
    }
}
