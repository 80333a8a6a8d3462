namespace EdgeRunner.Device.Decisions;

/// <summary>Where the present label began, in frames of the window's rate. One thread.</summary>
internal sealed class SegmentTracker
{
    /// <summary>The label of the open segment; <see cref="Decision.None"/> when there is none.</summary>
    public int Label { get; private set; } = Decision.None;

    /// <summary>First frame that only the first window of the open segment has: its end less one hop.</summary>
    public long StartFrame { get; private set; }

    /// <summary>Index of the first window of the open segment, counted from 0 over the windows that were decided on.</summary>
    public long FirstWindow { get; private set; }

    /// <summary>Windows decided on so far: calls of <see cref="Advance"/>.</summary>
    public long Windows { get; private set; }

    /// <summary>Closes the open segment without a window: the input was interrupted or is over.</summary>
    /// <param name="endFrame">Where the last window ended.</param>
    /// <param name="closed">The segment that was open, if one was.</param>
    public bool Close(long endFrame, out Segment? closed) => Close(endFrame, Windows - 1, out closed);

    /// <summary>Takes the decision of one window.</summary>
    /// <param name="label">Its label.</param>
    /// <param name="startFrame">First frame that is new in its window.</param>
    /// <param name="closed">The segment that ended where this window's new frames begin, if one did.</param>
    /// <returns>True when a segment ended or began.</returns>
    public bool Advance(int label, long startFrame, out Segment? closed)
    {
        closed = null;
        var window = Windows++;
        if (label == Label) return false;
        Close(startFrame, window - 1, out closed);
        (Label, StartFrame, FirstWindow) = (label, startFrame, window);
        return true;
    }

    private bool Close(long endFrame, long lastWindow, out Segment? closed)
    {
        closed = Label == Decision.None ? null : new Segment(Label, StartFrame, endFrame, FirstWindow, lastWindow);
        Label = Decision.None;
        return closed is not null;
    }
}
