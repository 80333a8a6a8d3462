namespace EdgeRunner.Device.Sensors;

/// <summary>Frames from lines of text. Bad lines are counted and passed over.</summary>
internal sealed class LineFrameDecoder(LineParser parser, SourceStatus status) : FrameDecoder
{
    private bool _inLongLine;
    private bool _anyGood;
    private int _badFromStart;
    private long _line;

    /// <inheritdoc/>
    public override int Channels => parser.Channels;

    /// <summary>A number takes at most 32 characters with its separator; and 64 KiB hold any line a person would write.</summary>
    public override int MinBufferBytes => Math.Max(64 << 10, checked(parser.Channels * 32));

    /// <inheritdoc/>
    public override int BadLinesFromStart => _badFromStart;

    /// <inheritdoc/>
    public override int Decode(ReadOnlySpan<byte> input, bool isEnd, Span<float> output, out int consumed)
    {
        var frames = 0;
        consumed = 0;
        while ((frames + 1) * parser.Channels <= output.Length)
        {
            var rest = input[consumed..];
            var end = rest.IndexOf((byte)'\n');
            if (end < 0 && (!isEnd || rest.IsEmpty))
            {
                if (rest.Length >= MinBufferBytes)
                {
                    // Longer than any line may be: passed over up to its line feed.
                    _inLongLine = true;
                    consumed = input.Length;
                }

                break;
            }

            var line = end < 0 ? rest : rest[..end];
            consumed += end < 0 ? rest.Length : end + 1;
            _line++;
            if (_inLongLine)
            {
                _inLongLine = false;
                Bad($"line {_line}: longer than {MinBufferBytes} bytes");
                continue;
            }

            switch (parser.Parse(line, output.Slice(frames * parser.Channels, parser.Channels)))
            {
                case LineOutcome.Frame:
                    frames++;
                    _anyGood = true;
                    _badFromStart = 0;
                    break;
                case LineOutcome.Bad:
                    // Every text costs an allocation: the first ten bad lines and then each thousandth are quoted.
                    Bad(status.BadLines < 10 || status.BadLines % 1_000 == 0 ? $"line {_line}: {parser.Complain(line)}" : null);
                    break;
            }
        }

        return frames;
    }

    /// <inheritdoc/>
    public override int Count(ReadOnlySpan<byte> input) => input.Count((byte)'\n');

    /// <inheritdoc/>
    public override int Skip(ReadOnlySpan<byte> input, int frames, out int consumed)
    {
        consumed = 0;
        for (var skipped = 0; ; skipped++)
        {
            var end = skipped < frames ? input[consumed..].IndexOf((byte)'\n') : -1;
            if (end < 0)
                return skipped;
            consumed += end + 1;
            _line++;
            _inLongLine = false;
        }
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        _inLongLine = false;
        _anyGood = false;
        _badFromStart = 0;
        _line = 0;
        parser.Reset();
    }

    private void Bad(string? complaint)
    {
        status.BadLine();
        if (!_anyGood)
            _badFromStart++;
        if (complaint is not null)
            status.LastMessage = complaint;
    }
}
