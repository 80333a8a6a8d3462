using System.Buffers;
using EdgeRunner.Fleet.Depot.Fairness;
using EdgeRunner.Fleet.Depot.Files;
using EdgeRunner.Fleet.Depot.Grouping;
using EdgeRunner.Fleet.Depot.Requests;
using EdgeRunner.Messaging.Transfer;

namespace EdgeRunner.Fleet.Depot.Answers;

/// <summary>Chunks that a device wants: handed to the group of its release first, which sends them to all or gives them back to be sent here, to this device alone.</summary>
internal sealed class ChunksAnswer(Lane lane, string topic, long receivedAt, TransferRequest request, ChunkGroups groups, DepotCounters counters) : Answer(topic, receivedAt)
{
    private readonly ChunkSet _wanted = ChunkSet.Of(request);
    private ChunkGroup? _group;
    private int _next = request.Offset;

    /// <summary>Where it waits for its turn: with the other answers of its device.</summary>
    internal Lane Lane => lane;

    /// <summary>Who asks.</summary>
    internal string Device => lane.Name;

    /// <summary>What is asked for.</summary>
    internal ChunkSet Wanted => _wanted;

    /// <summary>The device has lost them: it alone shall get them.</summary>
    internal bool IsRepair => request.Repair;

    /// <inheritdoc/>
    internal override int Chunks { get; } = ChunkSet.Of(request).Total;

    /// <summary>From now on this answer sends the chunks itself.</summary>
    internal void SendAlone(ChunkGroup group) => _group = group;

    /// <inheritdoc/>
    internal override bool Advance(out OutgoingMessage? message)
    {
        message = null;
        if (_group is null)
        {
            if (groups.Find(request.Name) is not { } group)
            {
                counters.NotFound();
                message = Say(Topic, TransferStatus.NotFound);
                return false;
            }
            RequireWithin(group.File);
            return group.Join(this);
        }
        var number = _wanted.Next(_next);
        if (number < 0) return false;
        message = Read(_group, number);
        (_next, HasBegun) = (number + 1, true);
        return _wanted.Next(_next) >= 0;
    }

    private OutgoingMessage Read(ChunkGroup group, int number)
    {
        var length = group.File.Index[number].Length;
        var buffer = ArrayPool<byte>.Shared.Rent(TransferResponse.HeaderBytes + length);
        TransferResponse.WriteHeader(buffer, TransferStatus.Ok, part: (uint)number, length: (uint)length);
        group.File.Read(number, buffer.AsSpan(TransferResponse.HeaderBytes, length));
        group.OwnBytes += length;
        return new OutgoingMessage(Topic, buffer, TransferResponse.HeaderBytes + length, OutgoingKind.Chunk);
    }

    private void RequireWithin(ChunkedFile file)
    {
        if (_wanted.Offset + _wanted.Count > file.Index.Count)
        {
            throw new PublishedFileException($"chunks {_wanted.Offset} to {_wanted.Offset + _wanted.Count - 1} are asked for; {Words.Quote(request.Name)} has 0 to {file.Index.Count - 1}");
        }
    }
}
