using System.Buffers;
using System.Threading.Channels;
using EdgeRunner.Fleet.Depot.Answers;
using EdgeRunner.Fleet.Depot.Fairness;
using EdgeRunner.Fleet.Depot.Files;
using EdgeRunner.Fleet.Depot.Grouping;
using EdgeRunner.Messaging.Mqtt;
using EdgeRunner.Messaging.Transfer;

namespace EdgeRunner.Fleet.Depot;

/// <summary>Makes answers and publishes them: one loop, which reads no more from the disk than the socket takes.</summary>
internal sealed partial class AnswerPump(
    DepotConnection connection, LaneRing ring, ChunkGroups groups, DepotOptions options, DepotCounters counters, DepotPulse pulse, TransferLog transfers, TimeProvider timeProvider, ILogger<AnswerPump> logger)
{
    /// <summary>A device has given up by then and asked again: its answer would only take the place of a wanted one.</summary>
    internal static readonly TimeSpan TooOld = TimeSpan.FromSeconds(20);

    private const int MaxGroupWeight = 8;

    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private long _queuedBytes;
    private volatile bool _draining;

    /// <summary>There is something to do. Any thread.</summary>
    internal void Wake() => _wake.Writer.TryWrite(true);

    /// <summary>From now on collections end at once, and <see cref="RunAsync"/> ends when everything is answered. Any thread.</summary>
    internal void Drain()
    {
        _draining = true;
        Wake();
    }

    /// <summary>Answers until it is cancelled, or has drained.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        var timer = timeProvider.CreateTimer(_ => Wake(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        await using (timer.ConfigureAwait(false))
        {
            while (true)
            {
                while (Interlocked.Read(ref _queuedBytes) < options.MaxQueuedBytes && connection.Session.IsConnected && TakeTurn())
                {
                    cancellationToken.ThrowIfCancellationRequested();
                }
                counters.SetDevices(ring.Active);
                transfers.Report(groups);
                if (_draining && (IsIdle || !connection.Session.IsConnected)) return;
                timer.Change(UntilNextLook(), Timeout.InfiniteTimeSpan);
                await _wake.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private bool IsIdle => ring.Answers == 0 && Interlocked.Read(ref _queuedBytes) == 0 && !groups.All.Any(group => group.IsCollecting || group.WantsMore);

    private TimeSpan UntilNextLook()
    {
        var (collected, report) = (groups.UntilCollected(), transfers.UntilNextReport(groups));
        return collected is null || report < collected ? report ?? Timeout.InfiniteTimeSpan : collected.Value;
    }

    /// <summary>One lane's turn.</summary>
    /// <returns>False when there is nothing to do.</returns>
    private bool TakeTurn()
    {
        pulse.Begin();
        try
        {
            foreach (var alone in groups.EndCollections(_draining)) ring.Add(alone.Lane, alone);
            ShareWanted();
            if (!ring.TryTake(out var lane, out var answer)) return false;
            var isOver = false;
            for (var i = 0; i < lane.Weight && !isOver; i++) isOver = !TryAdvance(lane, answer);
            ring.Return(lane, isOver);
            return true;
        }
        finally
        {
            pulse.End();
        }
    }

    private void ShareWanted()
    {
        foreach (var group in groups.All)
        {
            if (!group.WantsMore || group.Lane.IsActive) continue;
            group.Lane.Weight = Math.Clamp(group.Members.Count, 1, MaxGroupWeight);
            ring.Add(group.Lane, new SharedChunksAnswer(group, timeProvider.GetTimestamp()));
        }
    }

    /// <returns>False when the answer is over.</returns>
    private bool TryAdvance(Lane lane, Answer answer)
    {
        if (!answer.HasBegun && timeProvider.GetElapsedTime(answer.ReceivedAt) > TooOld)
        {
            counters.Dropped();
            return false;
        }
        try
        {
            var more = answer.Advance(out var message);
            if (message is { } ready) Send(ready);
            return more;
        }
        catch (PublishedFileException e)
        {
            Fail(lane, answer, e);
            return false;
        }
        // A mistake of ours in one answer must not end the service for all devices.
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Log.AnswerFailed(logger, lane.Name, e);
            Fail(lane, answer, new PublishedFileException("the depot failed in a way nobody thought of; its log says more", e));
            return false;
        }
    }

    private void Fail(Lane lane, Answer answer, PublishedFileException e)
    {
        if (e.IsGone) Log.Gone(logger, lane.Name, e.Message);
        else Log.CannotServe(logger, lane.Name, e.InnerException is { } inner ? $"{e.Message}: {inner.Message}" : e.Message);
        if (answer is SharedChunksAnswer { Group: var group })
        {
            // To each on its own topic: what is sent to all is chunks and nothing else.
            group.DropWanted();
            foreach (var member in group.Members.Values) Refuse(member.Topic);
            return;
        }
        Refuse(answer.Topic);

        void Refuse(string topic)
        {
            if (e.IsGone) counters.NotFound();
            else counters.Error();
            Send(e.IsGone ? Answer.Say(topic, TransferStatus.NotFound) : Answer.Say(topic, TransferStatus.Error, text: e.Message));
        }
    }

    private void Send(OutgoingMessage message)
    {
        counters.SetQueued(Interlocked.Add(ref _queuedBytes, message.Cost));
        _ = SendAsync(message); // never faults
    }

    private async Task SendAsync(OutgoingMessage message)
    {
        try
        {
            await connection.Session.PublishAsync(message.Topic, message.Payload, MqttPublishOptions.AtMostOnce, CancellationToken.None).ConfigureAwait(false);
            Count(message);
            if (message.Kind is not OutgoingKind.Words) ArrayPool<byte>.Shared.Return(message.Buffer);
        }
        catch (MqttException e)
        {
            // The device asks again. The buffer is left to the collector: the library may still look at it.
            counters.Dropped();
            Log.NotSent(logger, message.Topic, e.Message);
        }
        finally
        {
            counters.SetQueued(Interlocked.Add(ref _queuedBytes, -message.Cost));
            Wake();
        }
    }

    private void Count(OutgoingMessage message)
    {
        if (message.Kind is OutgoingKind.SharedChunk)
        {
            counters.ChunkToAll(message.Length);
            return;
        }
        counters.SentToOne(message.Length);
        if (message.Kind is OutgoingKind.Chunk) counters.ChunkToOne();
    }

    private static partial class Log
    {
        [LoggerMessage(8020, LogLevel.Error, "cannot serve {Who}: {Problem}")]
        public static partial void CannotServe(ILogger logger, string who, string problem);

        [LoggerMessage(8023, LogLevel.Information, "{Who} is told that there is no such file any more: {Problem}")]
        public static partial void Gone(ILogger logger, string who, string problem);

        [LoggerMessage(8022, LogLevel.Critical, "an answer to {Who} failed in a way nobody thought of")]
        public static partial void AnswerFailed(ILogger logger, string who, Exception exception);

        [LoggerMessage(8021, LogLevel.Debug, "a message on {Topic} was not sent: {Reason}")]
        public static partial void NotSent(ILogger logger, string topic, string reason);
    }
}
