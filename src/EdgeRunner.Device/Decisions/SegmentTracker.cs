namespace EdgeRunner.Device.Decisions;

/// <summary>Where the present label began, in frames of the window's rate. One thread.</summary>
internal sealed class SegmentTracker
{
    /// <summary>The label of the open segment; <see cref="Decision.None"/> when there is none.</summary>
    public int Label { get; private set; } = Decision.None;

    /// <summary>First frame that only the first window of the open segment has: its end less one hop.</summary>
    public long StartFrame { get; private set; }

    /// <summary>Takes one decision.</summary>
    /// <param name="label">Its label.</param>
    /// <param name="startFrame">First frame that is new in its window.</param>
    /// <param name="closed">The segment that ended where this window's new frames begin, if one did.</param>
    /// <returns>True when a segment ended or began.</returns>
    public bool Advance(int label, long startFrame, out Segment? closed)
    {
        closed = null;
        if (label == Label) return false;
        if (Label != Decision.None) closed = new Segment(Label, StartFrame, startFrame);
        (Label, StartFrame) = (label, startFrame);
        return true;
    }
}
