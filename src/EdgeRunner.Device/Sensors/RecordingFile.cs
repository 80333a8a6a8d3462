namespace EdgeRunner.Device.Sensors;

/// <summary>Opens a recording by its format.</summary>
internal static class RecordingFile
{
    private const int HeadBytes = 64 << 10;

    /// <summary>Opens the file, reads what its header says, and checks that against the options.</summary>
    /// <exception cref="SensorException">Missing, unreadable, or not what it should be; the message names the file.</exception>
    public static IFrameReader Open(ReplaySourceOptions options, SourceStatus status)
    {
        var path = options.File ?? "";
        try
        {
            return options.EffectiveFormat switch
            {
                SampleFormat.Wav => OpenWav(path, options, status),
                SampleFormat.Raw => new FileFrameReader(
                    OpenFile(path), new RawFrameDecoder(options.SampleType!.Value, options.Channels ?? 1, options.Normalize), options.SampleRateHz, 0, long.MaxValue),
                SampleFormat.Npy => new NpyFrameReader(path, options.Channels, options.SampleRateHz),
                SampleFormat.Csv => OpenCsv(path, options, status),
                SampleFormat.Ndjson => new FileFrameReader(
                    OpenFile(path), new LineFrameDecoder(new NdjsonLineParser(options.Columns, options.Channels ?? 1), status), options.SampleRateHz, 0, long.MaxValue),
                _ => throw new SensorException("its format is not known; set source.format"),
            };
        }
        catch (SensorException e)
        {
            throw new SensorException($"{path}: {e.Message}", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SensorException($"{path}: no such file", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SensorException($"{path}: cannot be opened: {e.Message}", e);
        }
    }

    // bufferSize 0: the reader has its own buffer.
    private static FileStream OpenFile(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);

    private static FileFrameReader OpenWav(string path, ReplaySourceOptions options, SourceStatus status)
    {
        var file = OpenFile(path);
        try
        {
            var header = WavHeader.Read(file);
            if (options.Channels is { } channels && channels != header.Channels)
                throw new SensorException($"the WAV file has {header.Channels} channels, source.channels says {channels}");
            if (options.SampleRateHz > 0 && options.SampleRateHz != header.SampleRateHz)
                throw new SensorException($"the WAV file has {header.SampleRateHz} Hz, source.sampleRateHz says {options.SampleRateHz}");
            if (header.Warning is not null)
                status.Warn($"{path}: {header.Warning}");
            return new FileFrameReader(
                file, new RawFrameDecoder(header.Type, header.Channels, options.Normalize), header.SampleRateHz, header.DataOffset, header.DataOffset + header.DataBytes);
        }
        catch (Exception)
        {
            // Any failure: nobody else can close the file.
            file.Dispose();
            throw;
        }
    }

    private static FileFrameReader OpenCsv(string path, ReplaySourceOptions options, SourceStatus status)
    {
        var file = OpenFile(path);
        try
        {
            var parser = new CsvLineParser(options, options.Channels ?? 0);
            Span<byte> head = new byte[HeadBytes];
            head = head[..RandomAccess.Read(file.SafeFileHandle, head, 0)];
            if (!parser.Detect(head))
                throw new SensorException("there is no line with numbers in its first 64 KiB");
            return new FileFrameReader(file, new LineFrameDecoder(parser, status), options.SampleRateHz, 0, long.MaxValue);
        }
        catch (Exception)
        {
            // Any failure: nobody else can close the file.
            file.Dispose();
            throw;
        }
    }
}
