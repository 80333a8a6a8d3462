using EdgeRunner.Device.Updates.Transports;
using EdgeRunner.Inference.Chunks;

namespace EdgeRunner.Device.Tests.Updates.Transports;

/// <summary>Takes chunks into memory as a download takes them into its file.</summary>
internal sealed class CollectingSink(ChunkIndex index) : IChunkSink
{
    private readonly Lock _gate = new();
    private readonly bool[] _has = new bool[index.Count];

    public byte[] Content { get; } = new byte[index.Length];

    /// <summary>Numbers in the order in which they were taken.</summary>
    public List<int> Taken { get; } = [];

    public int Duplicates { get; private set; }

    public int Wrong { get; private set; }

    /// <summary>Called after each chunk that was taken.</summary>
    public Action<int>? OnTaken { get; init; }

    public int Missing
    {
        get
        {
            lock (_gate) return _has.Count(has => !has);
        }
    }

    public bool IsMissing(int number)
    {
        lock (_gate) return !_has[number];
    }

    public ChunkOutcome Offer(int number, ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (!index.IsChunk(number, bytes))
            {
                Wrong++;
                return ChunkOutcome.Wrong;
            }

            if (_has[number])
            {
                Duplicates++;
                return ChunkOutcome.Duplicate;
            }

            bytes.CopyTo(Content.AsSpan((int)index[number].Offset));
            _has[number] = true;
            Taken.Add(number);
        }

        OnTaken?.Invoke(number);
        return ChunkOutcome.Taken;
    }
}
