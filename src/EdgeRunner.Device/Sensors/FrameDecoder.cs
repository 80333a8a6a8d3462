namespace EdgeRunner.Device.Sensors;

/// <summary>Turns a stream of bytes, given in pieces of any size, into frames.</summary>
internal abstract class FrameDecoder
{
    /// <summary>Values per frame; 1 or more once known.</summary>
    public abstract int Channels { get; }

    /// <summary>Bytes a buffer must hold so that decoding always gets on.</summary>
    public abstract int MinBufferBytes { get; }

    /// <summary>Lines in a row that could not be read, none before having been good; 0 for raw samples.</summary>
    public virtual int BadLinesFromStart => 0;

    /// <summary>Decodes whole frames.</summary>
    /// <param name="input">Bytes not yet consumed.</param>
    /// <param name="isEnd">No bytes follow: a last line needs no line feed, and part of a frame is lost.</param>
    /// <param name="output">Room for whole frames.</param>
    /// <param name="consumed">Bytes of <paramref name="input"/> that are done with. When no frame comes out and the input was a full buffer,
    /// this is more than 0.</param>
    /// <returns>Frames written.</returns>
    public abstract int Decode(ReadOnlySpan<byte> input, bool isEnd, Span<float> output, out int consumed);

    /// <summary>Frames in <paramref name="input"/>; for text an upper bound, since lines are not parsed.</summary>
    public abstract int Count(ReadOnlySpan<byte> input);

    /// <summary>Passes over frames without converting them.</summary>
    public abstract int Skip(ReadOnlySpan<byte> input, int frames, out int consumed);

    /// <summary>Forgets what came before: a new program, a new beginning of the file.</summary>
    public abstract void Reset();
}
