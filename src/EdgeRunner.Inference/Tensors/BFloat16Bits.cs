namespace EdgeRunner.Inference.Tensors;

/// <summary>bfloat16 is the upper half of a binary32; .NET has no type for it before .NET 11.</summary>
internal static class BFloat16Bits
{
    internal static float ToSingle(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    /// <summary>Rounds to nearest, ties to even, as ONNX's <c>Cast</c> does; NaN stays NaN.</summary>
    internal static ushort FromSingle(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        // Rounding could carry a NaN's payload into infinity, so it is made a quiet NaN instead.
        return float.IsNaN(value) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
