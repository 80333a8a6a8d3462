namespace EdgeRunner.Device.Sensors;

/// <summary>Decides, between two windows, how many frames of a live source are given up because the pipeline has fallen behind. Asked before
/// each window; the caller skips what it says and then starts window and model state anew. Allocates nothing.</summary>
/// <remarks>
/// Behind means that more frames wait than the allowed lag and than two windows' worth. <c>newest-wins</c> then keeps exactly one window of the
/// newest frames. <c>drop-newest</c> works the backlog off first and then gives up what arrived meanwhile. <c>block</c> gives up nothing.
/// </remarks>
internal sealed class OverloadPolicy
{
    private readonly OverloadMode _mode;
    private readonly long _windowFrames;
    private readonly long _limitFrames;
    private long _workOffFrames = -1; // drop-newest: frames of the backlog still to be read; -1 = not behind

    /// <summary>A policy for one pipeline.</summary>
    /// <param name="mode">What gives way.</param>
    /// <param name="windowFrames">Frames of the source in a window, before resampling.</param>
    /// <param name="hopFrames">Frames of the source from one window to the next, before resampling.</param>
    /// <param name="maxLagFrames">Frames of the source the pipeline may fall behind; 0 = the least, which is a window and a hop.</param>
    public OverloadPolicy(OverloadMode mode, long windowFrames, long hopFrames, long maxLagFrames)
    {
        (_mode, _windowFrames) = (mode, windowFrames);
        _limitFrames = Math.Max(maxLagFrames, windowFrames + hopFrames);
    }

    /// <summary>Frames given up so far.</summary>
    public long DroppedFrames { get; private set; }

    /// <summary>Times frames were given up.</summary>
    public long Drops { get; private set; }

    /// <summary>Gives up what the policy says by skipping it in the source.</summary>
    /// <param name="source">A source; others than live ones are left alone.</param>
    /// <param name="framesRead">Frames read since the last call.</param>
    /// <returns>Frames given up: more than 0 is a gap.</returns>
    public long Apply(ISampleSource source, long framesRead)
    {
        if (_mode == OverloadMode.Block || !source.IsLive)
            return 0;
        var excess = Excess(source.CountAvailable(), framesRead);
        if (excess <= 0)
            return 0;
        var skipped = source.Skip(excess);
        DroppedFrames += skipped;
        Drops += skipped > 0 ? 1 : 0;
        return skipped;
    }

    /// <summary>Frames to give up when <paramref name="available"/> wait.</summary>
    internal long Excess(long available, long framesRead)
    {
        if (_mode == OverloadMode.NewestWins)
            return available > _limitFrames ? available - _windowFrames : 0;
        if (_workOffFrames < 0)
        {
            if (available > _limitFrames)
                _workOffFrames = available;
            return 0;
        }

        _workOffFrames -= framesRead;
        if (_workOffFrames > 0)
            return 0;
        _workOffFrames = -1;
        return available;
    }
}
