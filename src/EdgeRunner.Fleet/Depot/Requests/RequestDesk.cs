using EdgeRunner.Fleet.Depot.Answers;
using EdgeRunner.Fleet.Depot.Fairness;
using EdgeRunner.Fleet.Depot.Files;
using EdgeRunner.Fleet.Depot.Grouping;
using EdgeRunner.Messaging.Topics;
using EdgeRunner.Messaging.Transfer;

namespace EdgeRunner.Fleet.Depot.Requests;

/// <summary>Takes requests: checks them, holds devices to their rates, and puts their answers in line. One thread at a time.</summary>
internal sealed partial class RequestDesk(DepotOptions options, LaneRing ring, PublishedFiles files, ChunkGroups groups, DepotCounters counters, TimeProvider timeProvider, ILogger<RequestDesk> logger)
{
    // Bounds of memory. A device needs one request for a file or a window of chunks at a time, and a repair or two beside it.
    private const int MaxAnswersOfDevice = 64;
    private const int MaxChunksOfDevice = 2 * TransferRequest.MaxChunks;
    private const int MaxAnswers = 16_384;
    private const int MaxDevices = 50_000;
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, DeviceDesk> _devices = new(StringComparer.Ordinal);
    private readonly TokenBucket _requests = new(options.MaxRate, options.MaxRate * 2.0, timeProvider);

    /// <summary>Takes a message that came on a request topic. Never throws, never waits.</summary>
    /// <returns>True when there is an answer in line for it.</returns>
    internal bool Accept(string topic, ReadOnlyMemory<byte> payload)
    {
        counters.Request();
        var reading = RequestReader.Read(options.Fleet, topic, payload);
        if (reading.Device is null || DeskOf(reading.Device) is not { } device)
        {
            counters.Malformed();
            return false;
        }
        device.AskedAt = timeProvider.GetTimestamp();
        var response = new EdgeTopics(options.Fleet, reading.Device).Response(reading.Id);
        // The device's own bound first: a flood of one must not use up what is there for all.
        if (!device.Requests.TryTake()) return SayBusy(device, response, reading.Id, device.Requests.SecondsUntilNext());
        if (!_requests.TryTake()) return SayBusy(device, response, reading.Id, _requests.SecondsUntilNext());
        if (reading.Id == 0)
        {
            counters.Malformed();
            Log.Unanswerable(logger, reading.Device, reading.Problem!);
            return false;
        }
        if (reading.Request is not { } request)
        {
            counters.Error();
            Log.Refused(logger, reading.Device, reading.Id, reading.Problem!);
            ring.Add(device.Lane, new WordsAnswer(Answer.Say(response, TransferStatus.Error, text: reading.Problem!), device.AskedAt));
            return true;
        }
        var (answers, chunks) = ring.Waiting(device.Lane);
        var answer = AnswerTo(request, device, response);
        if (answers >= MaxAnswersOfDevice || chunks + answer.Chunks > MaxChunksOfDevice || ring.Answers >= MaxAnswers) return SayBusy(device, response, reading.Id, 1);
        ring.Add(device.Lane, answer);
        Count(request.Kind);
        return true;
    }

    private Answer AnswerTo(TransferRequest request, DeviceDesk device, string response) => request.Kind is TransferKind.Chunk
        ? new ChunksAnswer(device.Lane, response, device.AskedAt, request, groups, counters)
        : new FileAnswer(response, device.AskedAt, request, files, counters);

    private bool SayBusy(DeviceDesk device, string response, long id, ushort seconds)
    {
        if (id == 0 || !device.BusyAnswers.TryTake())
        {
            counters.Dropped();
            return false;
        }
        counters.Busy();
        ring.Add(device.Lane, new WordsAnswer(Answer.Say(response, TransferStatus.Busy, seconds), device.AskedAt));
        return true;
    }

    private DeviceDesk? DeskOf(string device)
    {
        if (_devices.TryGetValue(device, out var desk)) return desk;
        if (_devices.Count >= MaxDevices)
        {
            foreach (var (name, known) in _devices)
            {
                if (!known.Lane.IsActive && timeProvider.GetElapsedTime(known.AskedAt) >= Forgotten) _devices.Remove(name);
            }
            if (_devices.Count >= MaxDevices) return null;
        }
        _devices.Add(device, desk = new DeviceDesk(device, options, timeProvider));
        return desk;
    }

    private void Count(TransferKind kind)
    {
        if (kind is TransferKind.Metadata) counters.Metadata();
        else if (kind is TransferKind.Target) counters.Target();
        else counters.Chunks();
    }

    private static partial class Log
    {
        [LoggerMessage(8010, LogLevel.Debug, "{Device} sent something that cannot be answered: {Problem}")]
        public static partial void Unanswerable(ILogger logger, string device, string problem);

        [LoggerMessage(8011, LogLevel.Warning, "{Device} asked in request {Id} for what is not allowed: {Problem}")]
        public static partial void Refused(ILogger logger, string device, long id, string problem);
    }
}
