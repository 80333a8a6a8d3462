using EdgeRunner.Device.Updates.Transports;
using EdgeRunner.Inference.Chunks;

namespace EdgeRunner.Device.Tests.Updates.Transports.Mqtt;

/// <summary>Keeps chunks in memory, checked as the real sink checks them.</summary>
internal sealed class MemorySink(ChunkIndex index) : IChunkSink
{
    private readonly Lock _gate = new();
    private readonly byte[] _file = new byte[index.Length];
    private readonly bool[] _have = new bool[index.Count];
    private int _missing = index.Count;

    /// <summary>Runs before each chunk that is taken; what it throws is what the disk says.</summary>
    internal Action<int> BeforeTaken { get; set; } = static _ => { };

    internal int Duplicates { get; private set; }

    internal int Wrong { get; private set; }

    internal byte[] File => _file;

    public int Missing => Volatile.Read(ref _missing);

    public bool IsMissing(int number) => Volatile.Read(ref _have[number]) is false;

    public ChunkOutcome Offer(int number, ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (!index.IsChunk(number, bytes))
            {
                Wrong++;
                return ChunkOutcome.Wrong;
            }

            if (_have[number])
            {
                Duplicates++;
                return ChunkOutcome.Duplicate;
            }

            BeforeTaken(number);
            bytes.CopyTo(_file.AsSpan((int)index[number].Offset));
            _have[number] = true;
            _missing--;
            return ChunkOutcome.Taken;
        }
    }
}
