using System.Buffers;
using EdgeRunner.Fleet.Depot.Files;
using EdgeRunner.Fleet.Depot.Requests;
using EdgeRunner.Messaging.Transfer;

namespace EdgeRunner.Fleet.Depot.Answers;

/// <summary>A whole file, in parts. The file is opened for each part: thousands of answers that wait hold neither descriptors nor memory.</summary>
internal sealed class FileAnswer(string topic, long receivedAt, TransferRequest request, PublishedFiles files, DepotCounters counters) : Answer(topic, receivedAt)
{
    /// <summary>Longest file that is sent whole: that of the largest chunk index. What is longer travels in chunks.</summary>
    internal const long MaxBytes = 4 << 20;

    private const int PartBytes = TransferResponse.MaxPartBytes;

    private FileStamp _stamp;
    private uint _part;

    /// <inheritdoc/>
    internal override bool Advance(out OutgoingMessage? message)
    {
        using var handle = files.TryOpen(request.Kind, request.Name, out var stamp);
        if (handle is null)
        {
            counters.NotFound();
            message = Say(Topic, TransferStatus.NotFound);
            return false;
        }
        if (!HasBegun)
        {
            var limit = Math.Min(request.MaxBytes, MaxBytes);
            if (stamp.Length > limit)
            {
                throw new PublishedFileException($"{Words.Quote(request.Name)} has {stamp.Length} bytes; {(limit < MaxBytes ? $"the device takes at most {limit}" : $"at most {limit} are sent whole, ask for chunks")}");
            }
            (_stamp, HasBegun) = (stamp, true);
        }
        else if (stamp != _stamp)
        {
            throw Changed(); // parts of two versions would make a third
        }
        var parts = (uint)Math.Max(1, (_stamp.Length + PartBytes - 1) / PartBytes);
        var offset = (long)_part * PartBytes;
        var length = (int)Math.Min(PartBytes, _stamp.Length - offset);
        var buffer = ArrayPool<byte>.Shared.Rent(TransferResponse.HeaderBytes + length);
        TransferResponse.WriteHeader(buffer, TransferStatus.Ok, part: _part, parts: parts, length: (uint)_stamp.Length);
        PublishedFiles.ReadExactly(handle, request.Name, buffer.AsSpan(TransferResponse.HeaderBytes, length), offset);
        message = new OutgoingMessage(Topic, buffer, TransferResponse.HeaderBytes + length, OutgoingKind.Part);
        return ++_part < parts;
    }

    private PublishedFileException Changed() => new($"{Words.Quote(request.Name)} changed while it was sent; ask again");
}
