namespace EdgeRunner.Device.Sensors;

/// <summary>Form of a source's frames.</summary>
/// <param name="Channels">Values per frame, 1 or more; frames are interleaved.</param>
/// <param name="SampleRateHz">Frames per second; 0 = unknown or irregular.</param>
internal readonly record struct SampleLayout(int Channels, double SampleRateHz);
