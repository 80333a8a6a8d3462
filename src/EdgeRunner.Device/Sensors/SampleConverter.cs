using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace EdgeRunner.Device.Sensors;

/// <summary>Raw samples to float32. Integers are divided by half their range when normalised (unsigned ones are centred first), so that full
/// scale is -1 to 1; otherwise the number itself is given.</summary>
internal static class SampleConverter
{
    /// <summary>Bytes of one sample.</summary>
    public static int SizeOf(SampleType type) => type switch
    {
        SampleType.S8 or SampleType.U8 => 1,
        SampleType.S16Le or SampleType.S16Be or SampleType.U16Le => 2,
        SampleType.S24Le => 3,
        SampleType.S32Le or SampleType.F32Le => 4,
        SampleType.F64Le => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>Converts as many samples as <paramref name="output"/> takes.</summary>
    /// <param name="type">Type of the samples.</param>
    /// <param name="normalize">Integers become -1 to 1; floats are never changed.</param>
    /// <param name="input">At least <c>output.Length * SizeOf(type)</c> bytes.</param>
    /// <param name="output">The values.</param>
    public static void Convert(SampleType type, bool normalize, ReadOnlySpan<byte> input, Span<float> output)
    {
        input = input[..(output.Length * SizeOf(type))];
        switch (type)
        {
            case SampleType.S8:
                var s8 = normalize ? 1f / 128 : 1;
                for (var i = 0; i < output.Length; i++)
                    output[i] = (sbyte)input[i] * s8;
                break;
            case SampleType.U8:
                var (u8, middle8) = normalize ? (1f / 128, 128) : (1, 0);
                for (var i = 0; i < output.Length; i++)
                    output[i] = (input[i] - middle8) * u8;
                break;
            case SampleType.S16Le:
                // The processors this runs on are little-endian (linux-x64, linux-arm64), so the bytes are the numbers.
                var shorts = MemoryMarshal.Cast<byte, short>(input);
                var s16 = normalize ? 1f / 32_768 : 1;
                for (var i = 0; i < output.Length; i++)
                    output[i] = shorts[i] * s16;
                break;
            case SampleType.S16Be:
                var s16Be = normalize ? 1f / 32_768 : 1;
                for (var i = 0; i < output.Length; i++)
                    output[i] = BinaryPrimitives.ReadInt16BigEndian(input[(2 * i)..]) * s16Be;
                break;
            case SampleType.U16Le:
                var words = MemoryMarshal.Cast<byte, ushort>(input);
                var (u16, middle16) = normalize ? (1f / 32_768, 32_768) : (1, 0);
                for (var i = 0; i < output.Length; i++)
                    output[i] = (words[i] - middle16) * u16;
                break;
            case SampleType.S24Le:
                var s24 = normalize ? 1f / 8_388_608 : 1;
                for (var i = 0; i < output.Length; i++)
                    output[i] = (input[3 * i] | (input[(3 * i) + 1] << 8) | ((sbyte)input[(3 * i) + 2] << 16)) * s24;
                break;
            case SampleType.S32Le:
                var ints = MemoryMarshal.Cast<byte, int>(input);
                var s32 = normalize ? 1f / 2_147_483_648 : 1;
                for (var i = 0; i < output.Length; i++)
                    output[i] = ints[i] * s32;
                break;
            case SampleType.F32Le:
                MemoryMarshal.Cast<byte, float>(input).CopyTo(output);
                break;
            case SampleType.F64Le:
                var doubles = MemoryMarshal.Cast<byte, double>(input);
                for (var i = 0; i < output.Length; i++)
                    output[i] = (float)doubles[i];
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type));
        }
    }
}
