using System.Buffers;
using EdgeRunner.Fleet.Depot.Grouping;

namespace EdgeRunner.Fleet.Depot.Answers;

/// <summary>The chunks that a group wants, for all of its devices at once. A damaged one is told to each of them on its own topic.</summary>
internal sealed class SharedChunksAnswer(ChunkGroup group, long receivedAt) : Answer(group.Topic, receivedAt)
{
    /// <summary>Whose.</summary>
    internal ChunkGroup Group => group;

    /// <inheritdoc/>
    internal override bool Advance(out OutgoingMessage? message)
    {
        message = null;
        HasBegun = true;
        if (!group.TryTakeWanted(out var number)) return false;
        var length = group.File.Index[number].Length;
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        group.File.Read(number, buffer.AsSpan(0, length));
        group.MarkSent(number);
        message = new OutgoingMessage(group.TopicOf(number), buffer, length, OutgoingKind.SharedChunk);
        return group.WantsMore;
    }
}
