using EdgeRunner.Messaging.Transfer;

namespace EdgeRunner.Device.Updates.Transports.Mqtt;

/// <summary>Chunks that are asked for in one message, and what has become of them.</summary>
/// <param name="numbers">In rising order, at least one, all within <see cref="TransferRequest.MaxChunks"/>.</param>
/// <param name="bytes">Their length together.</param>
/// <param name="repair">They were asked for before.</param>
/// <param name="sentAt">When.</param>
internal sealed class ChunkRequest(IReadOnlyList<int> numbers, int bytes, bool repair, TimeSpan sentAt)
{
    /// <summary>The chunks.</summary>
    internal IReadOnlyList<int> Numbers { get; } = numbers;

    /// <summary>Their length together.</summary>
    internal int Bytes { get; } = bytes;

    /// <summary>They were asked for before.</summary>
    internal bool Repair { get; } = repair;

    /// <summary>When it was sent.</summary>
    internal TimeSpan SentAt { get; } = sentAt;

    /// <summary>When the last of its chunks came; when it was sent as long as none has.</summary>
    internal TimeSpan LastAt { get; set; } = sentAt;

    /// <summary>Chunks that are on the way still.</summary>
    internal int Left { get; set; } = numbers.Count;

    /// <summary>Something that was asked for later has come: what is missing of this one is late.</summary>
    internal bool IsOvertaken { get; set; }

    /// <summary>The message of it.</summary>
    internal TransferRequest ToMessage(long id, string indexName)
    {
        var (first, count) = (Numbers[0], Numbers[^1] - Numbers[0] + 1);
        byte[]? bitmap = null;
        if (count != Numbers.Count)
        {
            bitmap = new byte[(count + 7) / 8];
            foreach (var number in Numbers) bitmap[(number - first) / 8] |= (byte)(1 << ((number - first) % 8));
        }

        return new(id, TransferKind.Chunk, indexName) { Offset = first, Count = count, Bitmap = bitmap, Repair = Repair };
    }
}
