namespace EdgeRunner.Device.Telemetry;

/// <summary>The consumer's side of one queue: how far it was read, and which of its drops were recorded. What is staged holds only once the
/// transaction is durable.</summary>
internal sealed class QueueReader(TelemetryQueue queue)
{
    private long _cursor = queue.Head;
    private long _end;
    private long _dropped;
    private long _tooLarge;
    private long _stagedDropped;
    private long _stagedTooLarge;

    internal TelemetryQueue Queue => queue;

    internal bool HasWork => queue.UsedBytes > 0 || queue.DroppedRecords > _dropped || queue.TooLargeRecords > _tooLarge;

    /// <summary>Begins a commit: everything in the queue now belongs to it, nothing that comes later (else a fast producer would keep
    /// the transaction open for ever).</summary>
    internal void Begin()
    {
        _cursor = queue.Head;
        _end = _cursor + queue.UsedBytes;
        _stagedDropped = queue.DroppedRecords;
        _stagedTooLarge = queue.TooLargeRecords;
    }

    /// <summary>Drops since the last durable commit.</summary>
    internal (long QueueFull, long TooLarge) NewDrops => (_stagedDropped - _dropped, _stagedTooLarge - _tooLarge);

    /// <summary>Reads records, joined by ',', up to <see cref="OutboxSchema.MaxBatchBytes"/> or one larger record.</summary>
    /// <param name="batch">Grown when a record is larger; owned by the caller.</param>
    /// <param name="length">Bytes used of it.</param>
    /// <returns>How many records; 0 at the end.</returns>
    internal int ReadBatch(ref byte[] batch, out int length)
    {
        var records = 0;
        length = 0;
        while (_cursor < _end && queue.TryPeek(_cursor, out var size))
        {
            var separator = records == 0 ? 0 : 1;
            if (records > 0 && length + separator + size > OutboxSchema.MaxBatchBytes)
                break;
            if (size > batch.Length)
                batch = new byte[size]; // rare: a record above 64 KiB; bounded by the queue
            if (separator > 0)
                batch[length++] = (byte)',';
            queue.Read(ref _cursor, batch.AsSpan(length, size));
            length += size;
            records++;
        }

        return records;
    }

    /// <summary>The commit is durable.</summary>
    internal void Complete()
    {
        _dropped = _stagedDropped;
        _tooLarge = _stagedTooLarge;
        queue.Release(_cursor);
    }
}
