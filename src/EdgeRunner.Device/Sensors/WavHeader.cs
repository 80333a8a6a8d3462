using System.Buffers.Binary;

namespace EdgeRunner.Device.Sensors;

/// <summary>Header of a WAV file: <c>RIFF</c>, <c>RIFX</c> (big-endian, 16 bits only) or <c>RF64</c>/<c>BW64</c> (more than 4 GiB).</summary>
/// <param name="Type">Type of the samples.</param>
/// <param name="Channels">Samples per frame, 1 to 1024.</param>
/// <param name="SampleRateHz">Frames per second.</param>
/// <param name="DataOffset">First byte of the samples.</param>
/// <param name="DataBytes">Bytes of samples that are really there, whole frames only.</param>
/// <param name="Warning">What the header claims wrongly about its length; null when it does not.</param>
/// <seealso href="https://www.mmsp.ece.mcgill.ca/Documents/AudioFormats/WAVE/WAVE.html"/>
/// <remarks>
/// <c>"RIFF" size:u32 "WAVE"</c>, then chunks <c>id:4 size:u32 body</c>, padded to even. <c>fmt </c>: format u16 (1 PCM, 3 float, 0xFFFE
/// extensible), channels u16, rate u32, bytes per second u32, block align u16, bits u16; extensible goes on with extra size u16, valid bits u16, channel
/// mask u32 and a GUID whose first two bytes are the format. A recorder that was cut off leaves a length of 0 or too large: what is there is played.
/// </remarks>
internal sealed record WavHeader(SampleType Type, int Channels, int SampleRateHz, long DataOffset, long DataBytes, string? Warning)
{
    private static ReadOnlySpan<byte> SubformatTail => [0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71];

    /// <summary>Reads the chunks up to the samples.</summary>
    /// <param name="file">Seekable, at its start.</param>
    /// <exception cref="SensorException">The header makes no sense or names an encoding other than PCM and float.</exception>
    public static WavHeader Read(Stream file)
    {
        Span<byte> head = stackalloc byte[12];
        if (file.ReadAtLeast(head, 12, throwOnEndOfStream: false) < 12 || !head[8..].SequenceEqual("WAVE"u8))
            throw new SensorException("not a WAV file: it does not begin with RIFF and WAVE");
        var bigEndian = head[..4].SequenceEqual("RIFX"u8);
        if (!bigEndian && !head[..4].SequenceEqual("RIFF"u8) && !head[..4].SequenceEqual("RF64"u8) && !head[..4].SequenceEqual("BW64"u8))
            throw new SensorException("not a WAV file: it does not begin with RIFF and WAVE");
        (SampleType Type, int Channels, int Rate)? format = null;
        long? dataBytes64 = null;
        Span<byte> body = stackalloc byte[40];
        while (true)
        {
            if (file.ReadAtLeast(head[..8], 8, throwOnEndOfStream: false) < 8)
                throw new SensorException($"the WAV file ends before its samples: no {(format is null ? "fmt" : "data")} chunk");
            long size = bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(head[4..]) : BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
            var start = file.Position;
            if (head[..4].SequenceEqual("data"u8))
            {
                return format is { } known ? WithData(known, start, size == uint.MaxValue && dataBytes64 is { } large ? large : size, file.Length)
                    : throw new SensorException("the WAV file has samples before it says what they are: no fmt chunk");
            }

            if (start + size > file.Length)
                throw new SensorException($"chunk {LineParser.Quote(head[..4])} of the WAV file claims {size} bytes, the file has {file.Length - start} more");
            var wanted = (int)Math.Min(size, body.Length);
            file.ReadExactly(body[..wanted]);
            if (head[..4].SequenceEqual("fmt "u8))
                format = ParseFormat(body[..wanted], bigEndian);
            else if (head[..4].SequenceEqual("ds64"u8) && wanted >= 16)
                dataBytes64 = BinaryPrimitives.ReadInt64LittleEndian(body[8..]);
            file.Position = start + size + (size & 1);
        }
    }

    private static WavHeader WithData((SampleType Type, int Channels, int Rate) format, long offset, long claimed, long fileLength)
    {
        var frameBytes = SampleConverter.SizeOf(format.Type) * format.Channels;
        var there = fileLength - offset;
        // 0 and 0xFFFFFFFF are what recorders write that cannot seek back; they claim nothing.
        var open = claimed is 0 or uint.MaxValue || claimed < 0;
        var bytes = open ? there : Math.Min(claimed, there);
        var warning = !open && claimed > there ? $"the WAV header claims {claimed} bytes of samples, the file has {there}: playing what is there"
            : open && there > 0 ? $"the WAV header does not say how long it is: playing the {there} bytes that are there"
            : bytes % frameBytes != 0 ? $"the WAV file ends within a frame: {bytes % frameBytes} bytes are left over"
            : null;
        return new WavHeader(format.Type, format.Channels, format.Rate, offset, bytes - (bytes % frameBytes), warning);
    }

    private static (SampleType Type, int Channels, int Rate) ParseFormat(ReadOnlySpan<byte> body, bool bigEndian)
    {
        if (body.Length < 16)
            throw new SensorException($"the fmt chunk of the WAV file has {body.Length} bytes, expected at least 16");
        int format = U16(body, bigEndian);
        int channels = U16(body[2..], bigEndian);
        var rate = bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(body[4..]) : BinaryPrimitives.ReadUInt32LittleEndian(body[4..]);
        int align = U16(body[12..], bigEndian);
        int bits = U16(body[14..], bigEndian);
        if (format == 0xFFFE)
        {
            if (body.Length < 40 || !body[26..40].SequenceEqual(SubformatTail))
                throw new SensorException("the WAV file has an extensible format without a known sub-format");
            format = U16(body[24..], bigEndian);
        }

        if (channels is 0 or > 1_024)
            throw new SensorException($"the WAV header has {channels} channels, expected 1 to 1024");
        if (rate is 0 or > 100_000_000)
            throw new SensorException($"the WAV header has a sample rate of {rate} Hz, expected 1 to 100000000");
        SampleType type = (format, bits, bigEndian) switch
        {
            (1, 8, _) => SampleType.U8,
            (1, 16, false) => SampleType.S16Le,
            (1, 16, true) => SampleType.S16Be,
            (1, 24, false) => SampleType.S24Le,
            (1, 32, false) => SampleType.S32Le,
            (3, 32, false) => SampleType.F32Le,
            (3, 64, false) => SampleType.F64Le,
            (1 or 3, _, _) => throw new SensorException($"the WAV file has {bits}-bit {(format == 1 ? "PCM" : "float")} samples{(bigEndian ? ", big-endian" : "")}, which cannot be read"),
            _ => throw new SensorException($"the WAV file is encoded (format {format}); only PCM and float can be read: convert it, e.g. ffmpeg -i IN -c:a pcm_s16le OUT.wav"),
        };
        if (align != SampleConverter.SizeOf(type) * channels)
            throw new SensorException($"the WAV header has {align} bytes per frame, {channels} channels of {bits} bits take {SampleConverter.SizeOf(type) * channels}");
        return (type, channels, (int)rate);
    }

    private static ushort U16(ReadOnlySpan<byte> bytes, bool bigEndian) =>
        bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
}
