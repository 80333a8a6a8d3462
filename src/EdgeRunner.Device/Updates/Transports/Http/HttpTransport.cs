using System.Net;
using EdgeRunner.Messaging.Transfer;
using EdgeRunner.Trust;
using EdgeRunner.Trust.Client;

namespace EdgeRunner.Device.Updates.Transports.Http;

/// <summary>A repository on any web server: <c>metadata/</c> and <c>targets/</c> below one address. Thread-safe.</summary>
/// <remarks>
/// 404 and 410 mean that there is no such file; every other failure is trouble of the road. Chunks come by Range requests, neighbours together, two at a time. A server
/// that does not know Range is read through once.
/// </remarks>
internal sealed class HttpTransport : IUpdateTransport
{
    private const int MaxRequests = 2;
    private const int BufferBytes = 16 << 10;

    private readonly RepositoryServer _server;
    private readonly RateLimit _rate;
    private readonly TimeProvider _timeProvider;

    /// <summary>Nothing is opened yet.</summary>
    /// <param name="address">Where the repository is; may have a user and password.</param>
    /// <param name="caFile">PEM file with the certificates trusted for https; null takes the system's.</param>
    /// <param name="maxBytesPerSecond">Most bytes a second to receive; 0 = no limit.</param>
    /// <param name="timeProvider">For time limits and the rate.</param>
    public HttpTransport(Uri address, string? caFile, long maxBytesPerSecond, TimeProvider timeProvider)
    {
        _server = new RepositoryServer(address, caFile, timeProvider);
        _rate = new RateLimit(maxBytesPerSecond, timeProvider);
        _timeProvider = timeProvider;
    }

    /// <inheritdoc/>
    public string Name => _server.Name;

    /// <inheritdoc/>
    public async ValueTask<FetchResult> FetchAsync(TransferKind kind, string name, int maxBytes, CancellationToken cancellationToken)
    {
        var title = _server.TitleOf(kind, name);
        using var response = await _server.SendAsync(_server.AddressOf(kind, name), range: null, title, cancellationToken).ConfigureAwait(false);
        if (IsMissing(response)) return FetchResult.NotFound;
        if (response.StatusCode != HttpStatusCode.OK) throw RepositoryServer.Refused(response, title);
        var announced = response.Content.Headers.ContentLength;
        if (announced > maxBytes) return FetchResult.TooLong;
        using var body = await OpenAsync(response, title, cancellationToken).ConfigureAwait(false);
        return await ReadAllAsync(body, announced, maxBytes).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task FetchChunksAsync(ChunkFetch fetch, IChunkSink sink, CancellationToken cancellationToken)
    {
        var transfer = new ChunkTransfer(fetch, sink, _server.AddressOf(TransferKind.Target, fetch.FileName), _server.TitleOf(TransferKind.Target, fetch.FileName));
        while (sink.Missing is > 0 and var missing)
        {
            var ranges = ChunkRange.Plan(fetch.Index, transfer.IsWanted);
            if (ranges.Count == 0) throw transfer.Damaged();
            transfer.IsReadWhole = false;
            var wrong = transfer.WrongChunks;
            RepositoryUnavailableException? broken = null;
            try
            {
                await Parallel.ForEachAsync(ranges, new ParallelOptions { MaxDegreeOfParallelism = MaxRequests, CancellationToken = cancellationToken },
                    (range, either) => FetchRangeAsync(transfer, range, either)).ConfigureAwait(false);
            }
            catch (RepositoryUnavailableException e)
            {
                broken = e; // a line that was cut goes on where it stopped, as long as each try brings something
            }

            if (sink.Missing == missing && transfer.WrongChunks == wrong) throw broken ?? new RepositoryUnavailableException($"{transfer.Title}: the answers hold no whole chunk");
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _server.Dispose();
        return ValueTask.CompletedTask;
    }

    private static bool IsMissing(HttpResponseMessage response) => response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone;

    private static async ValueTask<FetchResult> ReadAllAsync(BodyReader body, long? announced, int maxBytes)
    {
        // A length that is announced is a claim: room is made for what really comes.
        var bytes = new byte[(int)Math.Min(announced ?? BufferBytes, BufferBytes) + 1];
        var length = 0;
        while (await body.ReadAsync(bytes.AsMemory(length)).ConfigureAwait(false) is > 0 and var read)
        {
            length += read;
            if (length > maxBytes) return FetchResult.TooLong;
            if (length == bytes.Length) Array.Resize(ref bytes, (int)Math.Min(2L * bytes.Length, maxBytes + 1L));
        }

        return FetchResult.Found(bytes.AsMemory(0, length));
    }

    private async ValueTask FetchRangeAsync(ChunkTransfer transfer, ChunkRange range, CancellationToken cancellationToken)
    {
        if (transfer.IsReadWhole) return;
        using var response = await _server.SendAsync(transfer.Address, (range.Offset, range.Offset + range.Length - 1), transfer.Title, cancellationToken).ConfigureAwait(false);
        switch (response.StatusCode)
        {
            case HttpStatusCode.PartialContent:
                using (var body = await OpenAsync(response, transfer.Title, cancellationToken).ConfigureAwait(false))
                    await transfer.ReadAsync(body, range.First, CheckRange(response, transfer, range)).ConfigureAwait(false);
                break;
            case HttpStatusCode.OK when transfer.TryReadWhole():
                CheckLength(response.Content.Headers.ContentLength, transfer);
                using (var body = await OpenAsync(response, transfer.Title, cancellationToken).ConfigureAwait(false))
                    await transfer.ReadAsync(body, 0, transfer.Index.Length).ConfigureAwait(false);
                break;
            case HttpStatusCode.OK:
                break; // the other request reads the file through
            case HttpStatusCode.RequestedRangeNotSatisfiable:
                throw new RepositoryUnavailableException($"{transfer.Title} is shorter than the {transfer.Index.Length} bytes that were signed");
            default:
                throw IsMissing(response) ? new RepositoryUnavailableException($"{transfer.Title}: the server has no such file though it was signed; its copy of the repository is incomplete")
                    : RepositoryServer.Refused(response, transfer.Title);
        }
    }

    /// <returns>How many bytes come: a server may give less than was asked for.</returns>
    private static long CheckRange(HttpResponseMessage response, ChunkTransfer transfer, ChunkRange range)
    {
        var given = response.Content.Headers.ContentRange;
        if (given is not { Unit: "bytes", From: { } from, To: { } to } || from != range.Offset || to < from || to >= range.Offset + range.Length)
            throw new RepositoryUnavailableException($"{transfer.Title}: bytes {range.Offset} to {range.Offset + range.Length - 1} were asked for, and the answer is {given?.ToString() ?? "without Content-Range"}");
        CheckLength(given.Length, transfer);
        return to - from + 1;
    }

    private static void CheckLength(long? length, ChunkTransfer transfer)
    {
        if (length is not null && length != transfer.Index.Length)
            throw new RepositoryUnavailableException($"{transfer.Title} has {length} bytes; {transfer.Index.Length} were signed");
    }

    private async ValueTask<BodyReader> OpenAsync(HttpResponseMessage response, string title, CancellationToken cancellationToken) =>
        new(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), _rate, _timeProvider, title, cancellationToken);
}
