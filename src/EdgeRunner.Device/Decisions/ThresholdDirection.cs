namespace EdgeRunner.Device.Decisions;

/// <summary>On which side of the threshold the state is on.</summary>
internal enum ThresholdDirection
{
    /// <summary>On at or above the threshold.</summary>
    Above,

    /// <summary>On at or below the threshold.</summary>
    Below,
}
