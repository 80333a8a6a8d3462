namespace EdgeRunner.Device.Sensors;

/// <summary>Frames of a file of bytes: WAV, raw samples or lines of text.</summary>
internal sealed class FileFrameReader : IFrameReader
{
    private const int BufferBytes = 64 << 10; // one read of a card; larger gains nothing

    private readonly FileStream _file;
    private readonly FrameDecoder _decoder;
    private readonly long _start;
    private readonly long _end;
    private readonly ByteBuffer _buffer;
    private long _position;

    /// <summary>Takes over <paramref name="file"/>.</summary>
    /// <param name="file">Seekable.</param>
    /// <param name="decoder">Knows its channels.</param>
    /// <param name="sampleRateHz">0 = unknown.</param>
    /// <param name="start">First byte of the frames.</param>
    /// <param name="end">One past the last; <see cref="long.MaxValue"/> = the end of the file.</param>
    public FileFrameReader(FileStream file, FrameDecoder decoder, double sampleRateHz, long start, long end)
    {
        (_file, _decoder, _start, _end) = (file, decoder, start, end);
        _buffer = new ByteBuffer(Math.Max(BufferBytes, checked(decoder.MinBufferBytes * 2)));
        Layout = new SampleLayout(decoder.Channels, sampleRateHz);
        Rewind();
    }

    /// <inheritdoc/>
    public SampleLayout Layout { get; }

    /// <inheritdoc/>
    public int Read(Span<float> frames)
    {
        for (var isEnd = false; ;)
        {
            var count = _decoder.Decode(_buffer.Filled, isEnd, frames, out var consumed);
            _buffer.Consume(consumed);
            if (count > 0)
                return count;
            if (isEnd && _buffer.Filled.IsEmpty)
                return 0;
            isEnd = Refill() == 0;
        }
    }

    /// <inheritdoc/>
    public long Skip(long frames)
    {
        var skipped = 0L;
        while (skipped < frames)
        {
            skipped += _decoder.Skip(_buffer.Filled, (int)Math.Min(frames - skipped, int.MaxValue), out var consumed);
            _buffer.Consume(consumed);
            if (skipped < frames && Refill() == 0)
                break;
        }

        return skipped;
    }

    /// <inheritdoc/>
    public void Rewind()
    {
        _position = _start;
        _buffer.Clear();
        _decoder.Reset();
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private int Refill()
    {
        var free = _buffer.Free();
        if (free.Length > _end - _position)
            free = free[..(int)(_end - _position)];
        var count = RandomAccess.Read(_file.SafeFileHandle, free, _position);
        _position += count;
        _buffer.Fill(count);
        return count;
    }
}
