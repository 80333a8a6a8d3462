using System.Buffers.Binary;
using System.Text;
using EdgeRunner.Device.Sensors;

namespace EdgeRunner.Device.Tests.Sensors;

/// <summary>Makes recordings and reads sources to their end.</summary>
internal static class Recordings
{
    /// <summary>A WAV file with the given body; <paramref name="claimed"/> is the length in its data chunk.</summary>
    public static byte[] Wav(int format, int channels, int bits, byte[] data, uint? claimed = null, int rate = 8_000, bool extensible = false, int? align = null)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write("RIFF"u8);
        writer.Write(0u);
        writer.Write("WAVE"u8);
        writer.Write("LIST"u8);
        writer.Write(3);
        writer.Write("abc\0"u8); // odd length, padded
        writer.Write("fmt "u8);
        writer.Write(extensible ? 40 : 16);
        writer.Write((ushort)(extensible ? 0xFFFE : format));
        writer.Write((ushort)channels);
        writer.Write(rate);
        writer.Write(rate * channels * bits / 8);
        writer.Write((ushort)(align ?? (channels * bits / 8)));
        writer.Write((ushort)bits);
        if (extensible)
        {
            writer.Write((ushort)22);
            writer.Write((ushort)bits);
            writer.Write(3u);
            writer.Write((ushort)format);
            writer.Write([0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71]);
        }

        writer.Write("data"u8);
        writer.Write(claimed ?? (uint)data.Length);
        writer.Write(data);
        return stream.ToArray();
    }

    public static byte[] S16(params short[] samples)
    {
        var bytes = new byte[samples.Length * 2];
        for (var i = 0; i < samples.Length; i++)
            BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(2 * i), samples[i]);
        return bytes;
    }

    public static ReplaySourceOptions Options(string file) => new() { File = file, Pace = ReplayPace.AsFastAsPossible };

    /// <summary>Opens and reads all values, in reads of varying size.</summary>
    public static float[] ReadAll(ISampleSource source, int seed = 1)
    {
        source.Open();
        var random = new Random(seed);
        List<float> values = [];
        var buffer = new float[50 * source.Layout.Channels];
        while (true)
        {
            var count = source.Read(buffer.AsSpan(0, random.Next(1, 51) * source.Layout.Channels), CancellationToken.None);
            if (count == 0)
                return [.. values];
            values.AddRange(buffer.AsSpan(0, count * source.Layout.Channels));
        }
    }

    public static float[] Play(byte[] content, string name, Action<ReplaySourceOptions>? configure, out SourceStatus status)
    {
        using var directory = new TempDirectory();
        File.WriteAllBytes(directory.File(name), content);
        var options = Options(directory.File(name));
        configure?.Invoke(options);
        using var source = new ReplaySource(options, TimeProvider.System);
        status = source.Status;
        return ReadAll(source);
    }

    public static float[] PlayText(string content, Action<ReplaySourceOptions>? configure, out SourceStatus status, string name = "x.csv") =>
        Play(Encoding.UTF8.GetBytes(content), name, configure, out status);
}
