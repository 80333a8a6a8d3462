namespace EdgeRunner.Device.Guards;

/// <summary>What the guard of a pipeline has seen.</summary>
/// <param name="Serving">False while the model is turned off and the safe state holds.</param>
/// <param name="Reason">Why it was turned off; null while it serves.</param>
/// <param name="Since">When it was turned off.</param>
/// <param name="SafeLabel">Label of the safe state; null is no label.</param>
/// <param name="TurnedOff">Times a model was turned off since the daemon started.</param>
/// <param name="WindowsWithoutModel">Windows that came while it was off.</param>
/// <param name="Nan">Windows whose output was not a number.</param>
/// <param name="Infinite">Windows with an infinite output.</param>
/// <param name="OutOfRange">Windows with an output outside the declared range.</param>
/// <param name="BadLabel">Windows with a label that does not exist.</param>
/// <param name="RunErrors">Windows on which the engine failed.</param>
/// <param name="Timeouts">Windows whose run was broken off.</param>
internal sealed record GuardStatus(
    bool Serving, string? Reason, DateTimeOffset? Since, string? SafeLabel, long TurnedOff, long WindowsWithoutModel, long Nan, long Infinite, long OutOfRange, long BadLabel,
    long RunErrors, long Timeouts);
