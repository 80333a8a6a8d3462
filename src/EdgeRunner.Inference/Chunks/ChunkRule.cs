using System.Collections.Immutable;

namespace EdgeRunner.Inference.Chunks;

/// <summary>Where content is cut that has no boundaries of its own: rule 1, stated in docs/releases.md. A change of anything here makes
/// every release move whole once, so it would be rule 2.</summary>
/// <remarks>
/// A gear hash, as FastCDC uses it: <c>h = (h &lt;&lt; 1) + Gear[byte]</c> in 64 bits, so that a byte has left the hash 64 bytes later. A cut
/// comes after a byte where the upper bits of the hash are zero: 18 of them up to <see cref="TargetBytes"/>, 14 afterwards, which
/// keeps most lengths near it. The same content is cut at the same places wherever in a file it lies.
/// </remarks>
/// <seealso href="https://www.usenix.org/conference/atc16/technical-sessions/presentation/xia"/>
internal static class ChunkRule
{
    internal const int Version = 1;

    internal const int MinBytes = 16 << 10;

    internal const int TargetBytes = 64 << 10;

    /// <summary>What an encrypted chunk may have in addition, so that it stays within <see cref="ChunkIndex.MaxChunkBytes"/>.</summary>
    internal const int SealBytes = 256;

    internal const int MaxBytes = ChunkIndex.MaxChunkBytes - SealBytes;

    /// <summary>How many bytes the hash remembers.</summary>
    internal const int HashWindow = 64;

    private const int StrictShift = 64 - 18;
    private const int LooseShift = 64 - 14;

    /// <summary>256 outputs of SplitMix64 from the seed 0x45524348554E4B31, <c>ERCHUNK1</c> in ASCII.</summary>
    private static readonly ImmutableArray<ulong> Gear = MakeGear(0x4552_4348_554E_4B31);

    /// <summary>Length of the next chunk.</summary>
    /// <param name="content">What follows: all of it, or at least <see cref="MaxBytes"/>.</param>
    /// <param name="remaining">Bytes to the next boundary; the pieces up to it are none shorter than <see cref="MinBytes"/> unless all of it is.</param>
    internal static int NextLength(ReadOnlySpan<byte> content, long remaining)
    {
        if (remaining < 2 * MinBytes)
        {
            return (int)remaining;
        }
        var last = (int)Math.Min(MaxBytes, remaining - MinBytes);
        if (FindCut(content[..last]) is var cut and > 0)
        {
            return cut;
        }
        return remaining <= MaxBytes ? (int)remaining : last;
    }

    private static int FindCut(ReadOnlySpan<byte> content)
    {
        var gear = Gear.AsSpan();
        var hash = 0UL;
        var i = MinBytes - HashWindow;
        for (; i < MinBytes - 1; i++)
        {
            hash = (hash << 1) + gear[content[i]];
        }
        var target = Math.Min(TargetBytes, content.Length);
        for (; i < target; i++)
        {
            hash = (hash << 1) + gear[content[i]];
            if (hash >> StrictShift == 0)
            {
                return i + 1;
            }
        }
        for (; i < content.Length; i++)
        {
            hash = (hash << 1) + gear[content[i]];
            if (hash >> LooseShift == 0)
            {
                return i + 1;
            }
        }
        return 0;
    }

    /// <seealso href="https://prng.di.unimi.it/splitmix64.c"/>
    private static ImmutableArray<ulong> MakeGear(ulong state)
    {
        var gear = ImmutableArray.CreateBuilder<ulong>(256);
        while (gear.Count < 256)
        {
            state += 0x9E37_79B9_7F4A_7C15;
            var z = (state ^ (state >> 30)) * 0xBF58_476D_1CE4_E5B9;
            z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
            gear.Add(z ^ (z >> 31));
        }
        return gear.MoveToImmutable();
    }
}
