namespace EdgeRunner.Device.Decisions;

/// <summary>A run of windows with the same label.</summary>
/// <param name="Label">Index of the label.</param>
/// <param name="StartFrame">First frame, at the window's rate.</param>
/// <param name="EndFrame">First frame after it.</param>
/// <param name="FirstWindow">Index of its first window, counted from 0 over the windows that were decided on.</param>
/// <param name="LastWindow">Index of its last window.</param>
internal readonly record struct Segment(int Label, long StartFrame, long EndFrame, long FirstWindow, long LastWindow)
{
    /// <summary>Begin and end in seconds, for a source whose rate is known.</summary>
    /// <param name="rateHz">Frames per second of the windows, more than 0.</param>
    public (double Start, double End) Seconds(double rateHz) => (StartFrame / rateHz, EndFrame / rateHz);
}
