using System.Security.Cryptography;
using EdgeRunner.Device.Updates.Transports;

namespace EdgeRunner.Device.Updates.Download;

/// <summary>Takes chunks from the roads and from this device, checks each and writes it to its place. Thread-safe.</summary>
internal sealed class PartSink(ChunkLedger ledger, PartFile part) : IChunkSink
{
    private long _fetched;
    private long _reused;
    private int _wrong;
    private volatile bool _isClosed;

    /// <inheritdoc/>
    public int Missing => ledger.Missing;

    /// <summary>Bytes that came over a road and were taken.</summary>
    internal long BytesFetched => Interlocked.Read(ref _fetched);

    /// <summary>Bytes that were on this device.</summary>
    internal long BytesReused => Interlocked.Read(ref _reused);

    /// <summary>Chunks that came over a road and were not what was signed.</summary>
    internal int Wrong => Volatile.Read(ref _wrong);

    /// <inheritdoc/>
    public bool IsMissing(int number) => ledger.IsMissing(number);

    /// <inheritdoc/>
    public ChunkOutcome Offer(int number, ReadOnlySpan<byte> bytes)
    {
        // A road that was given up may still have something in its hands.
        if (_isClosed) return ChunkOutcome.Duplicate;
        if ((uint)number < (uint)ledger.Index.Count && !ledger.IsMissing(number)) return ChunkOutcome.Duplicate;
        if (!ledger.Index.IsChunk(number, bytes))
        {
            Interlocked.Increment(ref _wrong);
            return ChunkOutcome.Wrong;
        }

        // The same content may stand at several places, e.g. weights that are all zero.
        var digest = ledger.Index.Digest(number);
        var taken = TakeAt(number, bytes);
        if (taken) Interlocked.Add(ref _fetched, bytes.Length);
        Interlocked.Add(ref _reused, TakeAlike(digest, bytes));
        return taken ? ChunkOutcome.Taken : ChunkOutcome.Duplicate;
    }

    /// <summary>Takes a piece from this device wherever it is missing; one that is no chunk, or is here, is passed over.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    internal void TakeIfMissing(ReadOnlySpan<byte> piece)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(piece, digest);
        Interlocked.Add(ref _reused, TakeAlike(digest, piece));
    }

    /// <summary>Nothing is written any more.</summary>
    internal void Close() => _isClosed = true;

    private long TakeAlike(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> bytes)
    {
        var taken = 0L;
        for (var number = ledger.FirstWith(digest); number >= 0; number = ledger.NextAlike(number))
        {
            if (ledger.IsMissing(number) && ledger.Index[number].Length == bytes.Length && ledger.Index.Digest(number).SequenceEqual(digest) && TakeAt(number, bytes)) taken += bytes.Length;
        }

        return taken;
    }

    private bool TakeAt(int number, ReadOnlySpan<byte> bytes)
    {
        if (!ledger.TryClaim(number)) return false;
        try
        {
            part.Write(ledger.Index[number].Offset, bytes);
        }
        catch (ObjectDisposedException)
        {
            ledger.GiveBack(number);
            return false;
        }
        catch
        {
            ledger.GiveBack(number);
            throw;
        }

        ledger.Complete(number);
        return true;
    }
}
