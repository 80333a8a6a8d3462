namespace EdgeRunner.Device.Swaps;

/// <summary>A new model in one pipeline.</summary>
/// <param name="Pipeline">The pipeline.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Mode">How it was loaded; null when it was not.</param>
/// <param name="From">Title of the model that served before; null when none did.</param>
/// <param name="To">Title of the new model.</param>
/// <param name="Reason">Why it was loaded so, or why it was refused, in plain words.</param>
/// <param name="At">When, by the wall clock of that moment.</param>
/// <param name="LoadMs">Verifying and loading the bundle, in milliseconds.</param>
/// <param name="WarmUpMs">Golden cases and warm-up runs, in milliseconds.</param>
/// <param name="PauseUs">How long the pipeline's thread was busy with the exchange, in microseconds.</param>
/// <param name="WaitedWindows">Windows' worth of samples that waited in the source at the exchange: after a drop, those that came while there was no model.</param>
internal sealed record PipelineSwap(
    string Pipeline, SwapOutcome Outcome, SwapMode? Mode, string? From, string To, string Reason, DateTimeOffset At, double? LoadMs = null, double? WarmUpMs = null,
    double? PauseUs = null, long? WaitedWindows = null);
