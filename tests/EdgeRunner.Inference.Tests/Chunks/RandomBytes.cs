namespace EdgeRunner.Inference.Tests.Chunks;

/// <summary>Bytes as random as trained weights, the same for the same seed on every machine.</summary>
internal static class RandomBytes
{
    internal static byte[] Of(int length, int seed)
    {
        // Not System.Random, whose sequence may change with the runtime: cut positions of these bytes are pinned.
        var bytes = new byte[length];
        var state = (ulong)seed * 0x9E37_79B9_7F4A_7C15 + 1;
        for (var i = 0; i < length; i++)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            bytes[i] = (byte)(state >> 32);
        }
        return bytes;
    }
}
