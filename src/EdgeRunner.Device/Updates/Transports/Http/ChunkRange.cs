using EdgeRunner.Inference.Chunks;

namespace EdgeRunner.Device.Updates.Transports.Http;

/// <summary>Chunks that lie side by side and are asked for together.</summary>
/// <param name="First">Number of the first.</param>
/// <param name="Last">Number of the last.</param>
/// <param name="Offset">Where they begin in the file, in bytes.</param>
/// <param name="Length">Bytes of all together.</param>
internal readonly record struct ChunkRange(int First, int Last, long Offset, long Length)
{
    /// <summary>Most bytes of one request: 2 MiB. Enough that the time of asking does not count (0.1 s at 20 MB/s), little enough that a cut
    /// line costs little and two requests share a slow line fairly.</summary>
    public const int MaxBytes = 2 << 20;

    /// <summary>Puts the wanted chunks together, in file order.</summary>
    public static List<ChunkRange> Plan(ChunkIndex index, Predicate<int> isWanted)
    {
        var ranges = new List<ChunkRange>();
        ChunkRange? open = null;
        for (var number = 0; number < index.Count; number++)
        {
            var chunk = index[number];
            if (!isWanted(number))
            {
                Close();
                continue;
            }

            if (open is { } full && full.Length + chunk.Length > MaxBytes) Close();
            open = open is { } range ? range with { Last = number, Length = range.Length + chunk.Length } : new ChunkRange(number, number, chunk.Offset, chunk.Length);
        }

        Close();
        return ranges;

        void Close()
        {
            if (open is { } done) ranges.Add(done);
            open = null;
        }
    }
}
