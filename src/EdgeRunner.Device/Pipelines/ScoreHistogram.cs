namespace EdgeRunner.Device.Pipelines;

/// <summary>Counts scores in buckets that are the same for every model: 16 to each power of two from 2^-12 to 2^20, for both signs, and one around zero.
/// What is smaller or larger goes to the bucket at the end.</summary>
/// <remarks>One thread records and allocates nothing; any thread may read, and then sees a count that may be one window old.</remarks>
internal sealed class ScoreHistogram
{
    private const int SubBucketBits = 4;
    private const int LowestExponent = -12;
    private const int Octaves = 32;

    /// <summary>The bucket around zero, in the middle.</summary>
    internal const int Zero = Octaves << SubBucketBits;

    /// <summary>Buckets, from the most negative to the largest.</summary>
    public const int Count = (2 * Zero) + 1;

    private readonly long[] _counts = new long[Count];

    /// <summary>How many scores fell into each bucket.</summary>
    public long[] Snapshot()
    {
        var counts = new long[Count];
        for (var i = 0; i < Count; i++) counts[i] = Volatile.Read(ref _counts[i]);
        return counts;
    }

    /// <summary>Adds a score; one that is not a number is left out.</summary>
    public void Record(float score)
    {
        if (float.IsNaN(score)) return;
        ref var count = ref _counts[BucketOf(score)];
        Volatile.Write(ref count, count + 1);
    }

    /// <summary>The bucket of a score; rising with the score.</summary>
    internal static int BucketOf(float score)
    {
        // Sign, exponent and mantissa of IEEE 754: a shift gives octave and part of it in one number.
        var bits = BitConverter.SingleToInt32Bits(Math.Abs(score)) >> (23 - SubBucketBits);
        var step = bits - ((LowestExponent + 127) << SubBucketBits);
        if (step < 0) return Zero;
        var distance = Math.Min(step, Zero - 1) + 1;
        return score < 0 ? Zero - distance : Zero + distance;
    }
}
