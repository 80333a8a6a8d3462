using System.Text.Json;
using EdgeRunner.Inference.Chunks;
using EdgeRunner.Messaging.Topics;
using EdgeRunner.Messaging.Transfer;

namespace EdgeRunner.Fleet.Depot.Requests;

/// <summary>Reads requests of devices. Their bytes are trusted with nothing; reading never throws.</summary>
internal static class RequestReader
{
    /// <summary>Largest id: what a JSON number holds exactly everywhere.</summary>
    internal const long MaxId = 1L << 53;

    private const int Version = 1;
    private const string Rest = "request";

    /// <summary>Reads a message.</summary>
    /// <param name="fleet">The fleet that is served.</param>
    /// <param name="topic">As received.</param>
    /// <param name="payload">As received.</param>
    internal static RequestReading Read(string fleet, string topic, ReadOnlyMemory<byte> payload)
    {
        if (!EdgeTopics.TryParseDevice(topic, out var named, out var device, out var rest) || !string.Equals(named, fleet, StringComparison.Ordinal) || rest is not Rest)
        {
            return new RequestReading(null, 0, null, "the topic is none of a device's requests");
        }
        if (payload.Length > TransferRequest.MaxPayloadBytes)
        {
            return new RequestReading(device, 0, null, $"a request has at most {TransferRequest.MaxPayloadBytes} bytes; this has {payload.Length}");
        }
        long id = 0;
        try
        {
            using var document = JsonDocument.Parse(payload, new JsonDocumentOptions { MaxDepth = 4 });
            id = IdOf(document.RootElement);
            if (id == 0)
            {
                return new RequestReading(device, 0, null, $"id must be a whole number from 1 to {MaxId}");
            }
            var request = document.RootElement.Deserialize(TransferJsonContext.Default.TransferRequest);
            return request is null || FindProblem(request) is { } problem
                ? new RequestReading(device, id, null, request is null ? "the request is null" : FindProblem(request))
                : new RequestReading(device, id, request, null);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            // The reader's words may quote what it read: only where it stopped is told.
            return new RequestReading(device, id, null, e is JsonException { Path: { Length: > 0 } path } ? $"{Words.Quote(path)} cannot be read" : "the request is no JSON object of that form");
        }
    }

    /// <summary>What is wrong with a request; null when nothing is.</summary>
    internal static string? FindProblem(TransferRequest request)
    {
        if (request.V != Version) return $"v is {request.V}; this depot knows {Version}";
        if (!Enum.IsDefined(request.Kind)) return $"kind is {(int)request.Kind}; expected meta, target or chunk";
        if (PublishedName.FindProblem(request.Kind, request.Name) is { } problem) return problem;
        if (request.Kind is not TransferKind.Chunk) return request.MaxBytes >= 1 ? null : $"maxBytes is {request.MaxBytes}; expected 1 or more";
        if (!request.Name.EndsWith(ChunkIndex.Extension, StringComparison.Ordinal)) return $"name {Words.Quote(request.Name)} is no chunk index: expected one that ends in {ChunkIndex.Extension}";
        if (request.Count is < 1 or > TransferRequest.MaxChunks) return $"count is {request.Count}; expected 1 to {TransferRequest.MaxChunks}";
        if (request.Offset < 0 || request.Offset > int.MaxValue - request.Count) return $"offset is {request.Offset}; expected 0 to {int.MaxValue - request.Count}";
        if (request.Bitmap is not { } bitmap) return null;
        var bytes = (request.Count + 7) / 8;
        if (bitmap.Length != bytes) return $"bitmap has {bitmap.Length} bytes; {request.Count} chunks need {bytes}";
        return ChunkSet.Of(request).IsEmpty ? "bitmap wants no chunk at all" : null;
    }

    private static long IdOf(JsonElement root) =>
        root.ValueKind is JsonValueKind.Object && root.TryGetProperty("id"u8, out var id) && id.ValueKind is JsonValueKind.Number && id.TryGetInt64(out var number) && number is >= 1 and <= MaxId
            ? number
            : 0;
}
