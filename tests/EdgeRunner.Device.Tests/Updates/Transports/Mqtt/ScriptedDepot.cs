using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using EdgeRunner.Messaging.Mqtt;
using EdgeRunner.Messaging.Topics;
using EdgeRunner.Messaging.Transfer;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeRunner.Device.Tests.Updates.Transports.Mqtt;

/// <summary>A depot over a real broker that does what a test says; unless it says otherwise, an honest one.</summary>
internal sealed class ScriptedDepot : IAsyncDisposable
{
    private readonly MqttSession _session;
    private readonly string _fleet;

    private ScriptedDepot(MqttSession session, string fleet) => (_session, _fleet) = (session, fleet);

    /// <summary>Whole files by <c>meta/NAME</c> and <c>target/NAME</c>.</summary>
    internal ConcurrentDictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>Files in chunks, by the name of their index.</summary>
    internal ConcurrentDictionary<string, TestFile> Chunked { get; } = new(StringComparer.Ordinal);

    /// <summary>All requests, in their order.</summary>
    internal ConcurrentQueue<TransferRequest> Requests { get; } = new();

    /// <summary>Answers in place of the honest way when it returns true.</summary>
    internal Func<TransferRequest, string, Task<bool>> Script { get; set; } = static (_, _) => Task.FromResult(false);

    /// <summary>True: an answer is swallowed.</summary>
    internal Func<bool> Loses { get; set; } = static () => false;

    internal int PartBytes { get; set; } = TransferResponse.MaxPartBytes;

    internal static async Task<ScriptedDepot> StartAsync(int port, string fleet)
    {
        var options = new MqttSessionOptions
        {
            Port = port, ClientId = $"depot-{fleet}", SessionExpiry = TimeSpan.Zero, ReconnectInitialDelay = TimeSpan.FromMilliseconds(50), ReconnectMaxDelay = TimeSpan.FromMilliseconds(200),
        };
        var depot = new ScriptedDepot(new MqttSession(options, TimeProvider.System, NullLogger<MqttSession>.Instance), fleet);
        depot._session.Start();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await depot._session.WaitUntilConnectedAsync(limit.Token);
        await depot._session.SubscribeAsync(EdgeTopics.AllDevices(fleet, "request"), MqttQualityOfService.AtLeastOnce, (message, _) => depot.OnRequestAsync(message), limit.Token);
        return depot;
    }

    internal void Serve(TestFile file) => Chunked[file.Fetch.IndexName] = file;

    /// <summary>Is busy for a second at the first request, and honest from then on.</summary>
    /// <returns>When requests came.</returns>
    internal IReadOnlyList<DateTimeOffset> BeBusyOnce()
    {
        var times = new List<DateTimeOffset>();
        Script = async (request, device) =>
        {
            times.Add(TimeProvider.System.GetUtcNow());
            if (times.Count > 1) return false;
            await AnswerAsync(device, request.Id, TransferStatus.Busy, retryAfter: 1);
            return true;
        };
        return times;
    }

    /// <summary>Gives this one answer to every request.</summary>
    internal void AnswerAll(TransferStatus status, string words = "", ushort retryAfter = 0) => Script = async (request, device) =>
    {
        await AnswerAsync(device, request.Id, status, bytes: Encoding.UTF8.GetBytes(words), retryAfter: retryAfter);
        return true;
    };

    /// <summary>Sends an answer on a device's topic, if it is not lost.</summary>
    internal async Task AnswerAsync(string device, long id, TransferStatus status, uint part = 0, uint parts = 0, uint length = 0, ReadOnlyMemory<byte> bytes = default, ushort retryAfter = 0)
    {
        var payload = new byte[TransferResponse.HeaderBytes + bytes.Length];
        TransferResponse.WriteHeader(payload, status, retryAfter, part, parts, length);
        bytes.CopyTo(payload.AsMemory(TransferResponse.HeaderBytes));
        await PublishAsync(new EdgeTopics(_fleet, device).Response(id), payload);
    }

    internal Task AnswerChunkAsync(string device, long id, TestFile file, int number)
        => AnswerAsync(device, id, TransferStatus.Ok, (uint)number, 0, (uint)file.Index[number].Length, file.Chunk(number));

    internal Task BlobAsync(TestFile file, int number, ReadOnlyMemory<byte>? bytes = null)
        => PublishAsync(EdgeTopics.Blob(_fleet, file.Fetch.IndexSha256, number), bytes ?? file.Chunk(number));

    internal async Task PublishAsync(string topic, ReadOnlyMemory<byte> payload)
    {
        if (Loses()) return;
        try
        {
            await _session.PublishAsync(topic, payload, MqttPublishOptions.AtMostOnce, CancellationToken.None);
        }
        catch (MqttUnavailableException)
        {
            // As a real one: the device asks again.
        }
    }

    /// <summary>The chunks that a request wants.</summary>
    internal static IEnumerable<int> Wanted(TransferRequest request)
        => Enumerable.Range(0, request.Count).Where(i => request.Bitmap is null || (request.Bitmap[i / 8] >> (i % 8) & 1) != 0).Select(i => request.Offset + i);

    internal async Task AnswerFileAsync(string device, long id, byte[] file)
    {
        var parts = Math.Max(1, (file.Length + PartBytes - 1) / PartBytes);
        for (var i = 0; i < parts; i++)
        {
            var bytes = file.AsMemory(i * PartBytes, Math.Min(PartBytes, file.Length - (i * PartBytes)));
            await AnswerAsync(device, id, TransferStatus.Ok, (uint)i, (uint)parts, (uint)file.Length, bytes);
        }
    }

    /// <summary>Sends something wrong in place of a chunk.</summary>
    internal Task LieAsync(string lie, string device, long id, TestFile file, TestFile other, int number)
    {
        var chunk = file.Chunk(number);
        var length = (uint)chunk.Length;
        switch (lie)
        {
            case "flipped":
                var flipped = chunk.ToArray();
                flipped[^1] ^= 1;
                return AnswerAsync(device, id, TransferStatus.Ok, (uint)number, 0, length, flipped);
            case "cut":
                return AnswerAsync(device, id, TransferStatus.Ok, (uint)number, 0, length - 1, chunk[..^1]);
            case "empty":
                return AnswerAsync(device, id, TransferStatus.Ok, (uint)number);
            case "length lies":
                return AnswerAsync(device, id, TransferStatus.Ok, (uint)number, 0, length + 1, chunk);
            case "number past the end":
                return AnswerAsync(device, id, TransferStatus.Ok, (uint)file.Index.Count, 0, length, chunk);
            case "number past all":
                return AnswerAsync(device, id, TransferStatus.Ok, uint.MaxValue, 0, length, chunk);
            case "another file's":
                return AnswerChunkAsync(device, id, other, number);
            case "another file's on blob":
                return BlobAsync(file, number, other.Chunk(number));
            default:
                throw new ArgumentException(lie, nameof(lie));
        }
    }

    public ValueTask DisposeAsync() => _session.DisposeAsync();

    private async ValueTask OnRequestAsync(MqttMessage message)
    {
        Assert.True(EdgeTopics.TryParseDevice(message.Topic, out _, out var device, out _));
        Assert.InRange(message.Payload.Length, 1, TransferRequest.MaxPayloadBytes);
        var request = JsonSerializer.Deserialize(message.Payload.Span, TransferJsonContext.Default.TransferRequest)!;
        Requests.Enqueue(request);
        if (await Script(request, device)) return;
        await HonestAsync(request, device);
    }

    internal async Task HonestAsync(TransferRequest request, string device)
    {
        if (request.Kind == TransferKind.Chunk)
        {
            if (!Chunked.TryGetValue(request.Name, out var file))
            {
                await AnswerAsync(device, request.Id, TransferStatus.NotFound);
                return;
            }

            foreach (var number in Wanted(request)) await AnswerChunkAsync(device, request.Id, file, number);
            return;
        }

        var key = (request.Kind == TransferKind.Metadata ? "meta/" : "target/") + request.Name;
        if (Files.TryGetValue(key, out var bytes)) await AnswerFileAsync(device, request.Id, bytes);
        else await AnswerAsync(device, request.Id, TransferStatus.NotFound);
    }
}
