using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using EdgeRunner.Messaging.Mqtt;
using EdgeRunner.Messaging.Topics;
using EdgeRunner.Messaging.Transfer;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeRunner.Fleet.Tests.Depot;

/// <summary>A device as far as a depot sees it: sends requests, and keeps what comes.</summary>
internal sealed class SimulatedDevice : IAsyncDisposable
{
    private readonly EdgeTopics _topics;
    private readonly MqttSession _session;
    private long _lastId;

    private SimulatedDevice(string name, int port)
    {
        Name = name;
        _topics = new EdgeTopics(RunningDepot.Fleet, name);
        _session = new MqttSession(new MqttSessionOptions
        {
            Port = port,
            ClientId = $"{name}-{Guid.NewGuid():N}",
            ReconnectInitialDelay = TimeSpan.FromMilliseconds(50),
            ReconnectMaxDelay = TimeSpan.FromMilliseconds(200),
        }, TimeProvider.System, NullLogger<MqttSession>.Instance);
    }

    internal string Name { get; }

    internal MqttSession Session => _session;

    /// <summary>Every answer, with the number of its request.</summary>
    internal ConcurrentQueue<(long Id, TransferResponse Response)> Answers { get; } = new();

    /// <summary>Chunks that were sent to all: number and bytes, each time that one came.</summary>
    internal ConcurrentQueue<(int Number, byte[] Bytes)> Blobs { get; } = new();

    internal static async Task<SimulatedDevice> ConnectAsync(string name, int port)
    {
        var device = new SimulatedDevice(name, port);
        device._session.Start();
        await device._session.WaitUntilConnectedAsync(CancellationToken.None).WaitAsync(Waiting.Patience);
        await device._session.SubscribeAsync(device._topics.AllResponses, new MqttSubscribeOptions { QueueCapacity = 100_000, QueueCapacityBytes = 256 << 20 }, (message, _) =>
        {
            Assert.True(TransferResponse.TryRead(message.Payload, out var response));
            device.Answers.Enqueue((long.Parse(message.Topic.AsSpan(message.Topic.LastIndexOf('/') + 1), CultureInfo.InvariantCulture), response));
            return ValueTask.CompletedTask;
        }, CancellationToken.None);
        return device;
    }

    public ValueTask DisposeAsync() => _session.DisposeAsync();

    internal Task ListenAsync(SignedRelease release) => _session.SubscribeAsync(EdgeTopics.AllBlobs(RunningDepot.Fleet, release.BlobId), new MqttSubscribeOptions { QualityOfService = MqttQualityOfService.AtMostOnce, QueueCapacity = 100_000, QueueCapacityBytes = 256 << 20 }, (message, _) =>
    {
        Blobs.Enqueue((int.Parse(message.Topic.AsSpan(message.Topic.LastIndexOf('/') + 1), CultureInfo.InvariantCulture), message.Payload.ToArray()));
        return ValueTask.CompletedTask;
    }, CancellationToken.None);

    internal async Task<long> SendAsync(TransferKind kind, string name, long maxBytes = 1 << 20)
    {
        var request = new TransferRequest(Interlocked.Increment(ref _lastId), kind, name) { MaxBytes = maxBytes };
        await SendAsync(request);
        return request.Id;
    }

    internal async Task<long> SendChunksAsync(SignedRelease release, int offset, int count, byte[]? bitmap = null, bool repair = false)
    {
        var request = new TransferRequest(Interlocked.Increment(ref _lastId), TransferKind.Chunk, release.IndexName) { Offset = offset, Count = count, Bitmap = bitmap, Repair = repair };
        await SendAsync(request);
        return request.Id;
    }

    internal Task SendAsync(TransferRequest request) => SendRawAsync(JsonSerializer.SerializeToUtf8Bytes(request, TransferJsonContext.Default.TransferRequest));

    internal Task SendRawAsync(byte[] payload) => _session.PublishAsync(_topics.Request, payload, MqttPublishOptions.AtLeastOnce, CancellationToken.None);

    /// <summary>Asks, waits for the one answer in words or the first part, and returns it.</summary>
    internal async Task<TransferResponse> AskAsync(TransferKind kind, string name, long maxBytes = 1 << 20) => await AnswerAsync(await SendAsync(kind, name, maxBytes));

    internal async Task<TransferResponse> AnswerAsync(long id)
    {
        await Waiting.UntilAsync(() => Answers.Any(a => a.Id == id), $"{Name} has an answer to request {id}");
        return Answers.First(a => a.Id == id).Response;
    }

    internal async Task<TransferResponse[]> AnswersAsync(long id, int count)
    {
        await Waiting.UntilAsync(() => Answers.Count(a => a.Id == id) >= count, $"{Name} has {count} answers to request {id}");
        return [.. Answers.Where(a => a.Id == id).Select(a => a.Response)];
    }

    /// <summary>Fetches a whole file.</summary>
    internal async Task<byte[]> FetchAsync(TransferKind kind, string name, long maxBytes = 4 << 20)
    {
        var id = await SendAsync(kind, name, maxBytes);
        var first = await AnswerAsync(id);
        Assert.Equal((TransferStatus.Ok, ""), (first.Status, first.ErrorText));
        var parts = await AnswersAsync(id, (int)first.Parts);
        var bytes = parts.OrderBy(p => p.Part).SelectMany(p => p.Bytes.ToArray()).ToArray();
        Assert.Equal((uint)bytes.Length, first.Length);
        return bytes;
    }
}
