namespace EdgeRunner.Device.Sensors;

/// <summary>Frames of raw samples.</summary>
internal sealed class RawFrameDecoder(SampleType type, int channels, bool normalize) : FrameDecoder
{
    private readonly int _frameBytes = checked(SampleConverter.SizeOf(type) * channels);

    /// <inheritdoc/>
    public override int Channels => channels;

    /// <inheritdoc/>
    public override int MinBufferBytes => _frameBytes;

    /// <inheritdoc/>
    public override int Decode(ReadOnlySpan<byte> input, bool isEnd, Span<float> output, out int consumed)
    {
        var frames = Math.Min(input.Length / _frameBytes, output.Length / channels);
        SampleConverter.Convert(type, normalize, input, output[..(frames * channels)]);
        consumed = isEnd && frames == 0 ? input.Length : frames * _frameBytes;
        return frames;
    }

    /// <inheritdoc/>
    public override int Count(ReadOnlySpan<byte> input) => input.Length / _frameBytes;

    /// <inheritdoc/>
    public override int Skip(ReadOnlySpan<byte> input, int frames, out int consumed)
    {
        frames = Math.Min(frames, Count(input));
        consumed = frames * _frameBytes;
        return frames;
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        // Nothing is kept between calls.
    }
}
