using System.Numerics;
using EdgeRunner.Messaging.Transfer;

namespace EdgeRunner.Fleet.Depot.Requests;

/// <summary>The chunks that one request wants.</summary>
/// <param name="Offset">Number of the first that <paramref name="Bitmap"/> speaks of.</param>
/// <param name="Count">How many it speaks of.</param>
/// <param name="Bitmap">Bit i of byte i/8, lowest bit first, is chunk <c>Offset + i</c>; null: all.</param>
internal readonly record struct ChunkSet(int Offset, int Count, byte[]? Bitmap)
{
    /// <summary>Whether it wants none.</summary>
    internal bool IsEmpty => Total == 0;

    /// <summary>How many it wants.</summary>
    internal int Total
    {
        get
        {
            if (Bitmap is null) return Count;
            var total = 0;
            for (var i = 0; i < Bitmap.Length; i++) total += BitOperations.PopCount(ByteAt(i));
            return total;
        }
    }

    /// <summary>What a request asks for.</summary>
    internal static ChunkSet Of(TransferRequest request) => new(request.Offset, request.Count, request.Bitmap);

    /// <summary>The first wanted chunk at <paramref name="from"/> or after it; -1 when there is none.</summary>
    internal int Next(int from)
    {
        for (var i = Math.Max(0, from - Offset); i < Count; i++)
        {
            if (Bitmap is null || (Bitmap[i / 8] & (1 << (i % 8))) != 0) return Offset + i;
        }
        return -1;
    }

    // Bits past Count belong to no chunk.
    private int MaskOf(int index) => index == Bitmap!.Length - 1 && Count % 8 != 0 ? (1 << (Count % 8)) - 1 : 0xff;

    private uint ByteAt(int index) => (uint)(Bitmap![index] & MaskOf(index));
}
