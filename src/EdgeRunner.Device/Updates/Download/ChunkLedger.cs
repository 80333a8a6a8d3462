using System.Security.Cryptography;
using EdgeRunner.Inference.Chunks;

namespace EdgeRunner.Device.Updates.Download;

/// <summary>Which chunks of a file are here. Thread-safe: a chunk is claimed by one thread, which writes it and then says that it is here.</summary>
internal sealed class ChunkLedger
{
    private const int Absent = 0;
    private const int Claimed = 1;
    private const int Present = 2;

    private readonly int[] _states;
    private readonly Dictionary<UInt128, int> _first = [];
    private readonly int[] _next; // of the same digest; -1 at the end
    private int _missing;
    private long _bytesHere;

    /// <summary>Nothing is here.</summary>
    internal ChunkLedger(ChunkIndex index)
    {
        Index = index;
        _states = new int[index.Count];
        _next = new int[index.Count];
        _missing = index.Count;
        // From the back, so that chains run forward through the file.
        for (var number = index.Count - 1; number >= 0; number--)
        {
            var key = KeyOf(index.Digest(number));
            _next[number] = _first.TryGetValue(key, out var after) ? after : -1;
            _first[key] = number;
        }
    }

    internal ChunkIndex Index { get; }

    /// <summary>Chunks that are not here; a claimed one is not yet.</summary>
    internal int Missing => Volatile.Read(ref _missing);

    /// <summary>Bytes of the chunks that are here.</summary>
    internal long BytesHere => Interlocked.Read(ref _bytesHere);

    /// <summary>True while nobody has claimed it.</summary>
    internal bool IsMissing(int number) => (uint)number < (uint)_states.Length && Volatile.Read(ref _states[number]) == Absent;

    /// <summary>The first chunk with a digest; -1 when there is none. Others with the same content follow by <see cref="NextAlike"/>.</summary>
    /// <remarks>Found by half of the digest: the caller compares the whole of it.</remarks>
    internal int FirstWith(ReadOnlySpan<byte> digest) => _first.GetValueOrDefault(KeyOf(digest), -1);

    /// <summary>The next chunk that may have the same content; -1 at the end.</summary>
    internal int NextAlike(int number) => _next[number];

    /// <summary>Takes a missing chunk for the caller, who must <see cref="Complete"/> or <see cref="GiveBack"/> it.</summary>
    internal bool TryClaim(int number) => Interlocked.CompareExchange(ref _states[number], Claimed, Absent) == Absent;

    internal void Complete(int number)
    {
        Interlocked.Add(ref _bytesHere, Index[number].Length);
        Volatile.Write(ref _states[number], Present);
        Interlocked.Decrement(ref _missing);
    }

    /// <summary>What was claimed could not be written.</summary>
    internal void GiveBack(int number) => Volatile.Write(ref _states[number], Absent);

    /// <summary>A chunk that was here turned out not to be.</summary>
    internal void Lose(int number)
    {
        if (Interlocked.CompareExchange(ref _states[number], Absent, Present) != Present) return;
        Interlocked.Add(ref _bytesHere, -Index[number].Length);
        Interlocked.Increment(ref _missing);
    }

    private static UInt128 KeyOf(ReadOnlySpan<byte> digest) => System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(digest[..(SHA256.HashSizeInBytes / 2)]);
}
