namespace EdgeRunner.Device.Decisions;

/// <summary>A run of windows with the same label.</summary>
/// <param name="Label">Index of the label.</param>
/// <param name="StartFrame">First frame, at the window's rate.</param>
/// <param name="EndFrame">First frame after it.</param>
internal readonly record struct Segment(int Label, long StartFrame, long EndFrame);
