using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.InteropServices;

namespace EdgeRunner.Device.Telemetry;

/// <summary>Bounded ring of records between one producer (a pipeline's thread) and one consumer (the committer).
/// Enqueueing allocates nothing and takes no lock. The consumer reads with a cursor and frees the room only when the records are durable,
/// so a commit that fails costs nothing.</summary>
/// <remarks>Layout: <c>length u32 LE | record</c>, wrapping anywhere. Positions count bytes since the start and never wrap
/// (2^63 bytes at 1 GB/s is 292 years); a position's place in the ring is its value modulo the capacity.</remarks>
internal sealed class TelemetryQueue : IDisposable
{
    internal const int HeaderBytes = 4;

    private readonly byte[] _ring;
    private readonly int _mask;
    private readonly CommitSignal _signal;
    private readonly bool _eager;
    private readonly ManualResetEventSlim _space = new(false);
    private Positions _positions;
    private long _cachedHead; // the producer's last look at Head: spares it the consumer's cache line
    private long _droppedRecords;
    private long _tooLargeRecords;
    private bool _producerWaits;
    private bool _closed;

    /// <param name="stream">The stream the records belong to.</param>
    /// <param name="capacityBytes">Rounded up to a power of two.</param>
    /// <param name="signal">Woken when half full, or at each record when <paramref name="eager"/>.</param>
    /// <param name="eager">The commit interval is 0.</param>
    internal TelemetryQueue(string stream, int capacityBytes, CommitSignal signal, bool eager)
    {
        Stream = stream;
        _ring = new byte[BitOperations.RoundUpToPowerOf2((uint)capacityBytes)];
        _mask = _ring.Length - 1;
        _signal = signal;
        _eager = eager;
    }

    /// <summary>The stream the records belong to.</summary>
    internal string Stream { get; }

    /// <summary>Bytes it can hold, headers included.</summary>
    internal int CapacityBytes => _ring.Length;

    /// <summary>Bytes it holds now, headers included. From any thread.</summary>
    internal long UsedBytes => Volatile.Read(ref _positions.Tail) - Volatile.Read(ref _positions.Head);

    /// <summary>Records refused because there was no room, since the start. From any thread.</summary>
    internal long DroppedRecords => Volatile.Read(ref _droppedRecords);

    /// <summary>Records refused because they can never fit, since the start. From any thread.</summary>
    internal long TooLargeRecords => Volatile.Read(ref _tooLargeRecords);

    /// <summary>Where the consumer begins to read. Consumer only.</summary>
    internal long Head => _positions.Head;

    /// <summary>Puts a record in, or counts it as dropped. Producer only; allocates nothing and never waits.</summary>
    /// <param name="record">One JSON object, UTF-8; copied.</param>
    /// <returns>False when there is no room (or the record is larger than the ring).</returns>
    /// <exception cref="ArgumentException">The record is empty, which would spoil the batch it is in.</exception>
    internal bool TryEnqueue(ReadOnlySpan<byte> record)
    {
        if (record.IsEmpty)
            ThrowEmpty();
        if (TryWrite(record))
            return true;
        Count(record);
        return false;
    }

    /// <summary>Puts a record in, waiting for room as long as it takes: for replay, where the source can wait. Producer only.</summary>
    /// <returns>False when the record can never fit, or when the queue was closed during the wait; it is counted as dropped.</returns>
    /// <exception cref="OperationCanceledException">Cancelled during the wait; the record is not in and not counted.</exception>
    /// <exception cref="ArgumentException">The record is empty.</exception>
    internal bool Enqueue(ReadOnlySpan<byte> record, CancellationToken cancellationToken)
    {
        if (record.IsEmpty)
            ThrowEmpty();
        while (!TryWrite(record))
        {
            if (record.Length > _ring.Length - HeaderBytes || Volatile.Read(ref _closed))
            {
                Count(record);
                return false;
            }

            _space.Reset();
            Volatile.Write(ref _producerWaits, true);
            Interlocked.MemoryBarrier();
            if (HasRoom(record.Length) || Volatile.Read(ref _closed))
                continue;
            _signal.WakeIfWaiting();
            _space.Wait(cancellationToken);
        }

        return true;
    }

    /// <summary>Looks at the record at <paramref name="cursor"/> without taking it. Consumer only.</summary>
    /// <returns>False when the producer has not got that far.</returns>
    internal bool TryPeek(long cursor, out int length)
    {
        length = 0;
        if (cursor >= Volatile.Read(ref _positions.Tail))
            return false;
        Span<byte> header = stackalloc byte[HeaderBytes];
        Read(cursor, header);
        length = BinaryPrimitives.ReadInt32LittleEndian(header);
        return true;
    }

    /// <summary>Copies the record that <see cref="TryPeek"/> saw and moves the cursor past it. Consumer only.</summary>
    internal void Read(ref long cursor, Span<byte> record)
    {
        Read(cursor + HeaderBytes, record);
        cursor += HeaderBytes + record.Length;
    }

    /// <summary>Frees everything before <paramref name="cursor"/>: it is durable or deliberately lost. Consumer only.</summary>
    internal void Release(long cursor)
    {
        Volatile.Write(ref _positions.Head, cursor);
        Interlocked.MemoryBarrier();
        if (!Volatile.Read(ref _producerWaits))
            return;
        Volatile.Write(ref _producerWaits, false);
        _space.Set();
    }

    /// <summary>No more waiting: the committer is gone. A producer in <see cref="Enqueue"/> returns.</summary>
    internal void Close()
    {
        Volatile.Write(ref _closed, true);
        Interlocked.MemoryBarrier();
        _space.Set();
    }

    public void Dispose() => _space.Dispose();

    [SuppressMessage("Design", "MA0015:Specify the parameter name in ArgumentException", Justification = "The parameter is the caller's.")]
    private static void ThrowEmpty() => throw new ArgumentException("a record is one JSON object; this one is empty", "record");

    private bool HasRoom(int length)
    {
        _cachedHead = Volatile.Read(ref _positions.Head);
        return _positions.Tail + HeaderBytes + length - _cachedHead <= _ring.Length;
    }

    private bool TryWrite(ReadOnlySpan<byte> record)
    {
        var tail = _positions.Tail;
        var end = tail + HeaderBytes + record.Length;
        if (end - _cachedHead > _ring.Length && !HasRoom(record.Length))
            return false;
        Span<byte> header = stackalloc byte[HeaderBytes];
        BinaryPrimitives.WriteInt32LittleEndian(header, record.Length);
        Write(tail, header);
        Write(tail + HeaderBytes, record);
        Volatile.Write(ref _positions.Tail, end);
        if (_eager || IsHalfFull(end))
            _signal.WakeIfWaiting();
        return true;
    }

    private bool IsHalfFull(long tail)
    {
        if (tail - _cachedHead < _ring.Length / 2)
            return false;
        _cachedHead = Volatile.Read(ref _positions.Head);
        return tail - _cachedHead >= _ring.Length / 2;
    }

    private void Count(ReadOnlySpan<byte> record)
    {
        ref var counter = ref record.Length > _ring.Length - HeaderBytes ? ref _tooLargeRecords : ref _droppedRecords;
        Volatile.Write(ref counter, counter + 1); // one writer, so no interlocked add
    }

    private void Write(long position, ReadOnlySpan<byte> bytes)
    {
        var at = (int)(position & _mask);
        var first = Math.Min(bytes.Length, _ring.Length - at);
        bytes[..first].CopyTo(_ring.AsSpan(at));
        bytes[first..].CopyTo(_ring);
    }

    private void Read(long position, Span<byte> bytes)
    {
        var at = (int)(position & _mask);
        var first = Math.Min(bytes.Length, _ring.Length - at);
        _ring.AsSpan(at, first).CopyTo(bytes);
        _ring.AsSpan(0, bytes.Length - first).CopyTo(bytes[first..]);
    }

    /// <summary>Both ends, each on a cache line of its own (64 bytes on x86-64 and Cortex-A; 128 covers adjacent-line prefetch).</summary>
    [StructLayout(LayoutKind.Explicit, Size = 384)]
    private struct Positions
    {
        [FieldOffset(128)] internal long Head;
        [FieldOffset(256)] internal long Tail;
    }
}
