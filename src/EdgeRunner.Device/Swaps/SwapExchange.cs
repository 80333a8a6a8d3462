using EdgeRunner.Device.Pipelines;

namespace EdgeRunner.Device.Swaps;

/// <summary>What became of a model that was offered to a pipeline.</summary>
/// <param name="Taken">False when the pipeline ended first, or a later offer took its place: the offered model is still the offering side's.</param>
/// <param name="Old">The model that served before, for the offering side to free; null when it was dropped before or nothing was taken.</param>
/// <param name="PauseMicroseconds">How long the pipeline's thread was busy with the exchange; without the waiting of a drop.</param>
/// <param name="WaitedWindows">Windows' worth of samples that waited in a live source at that moment.</param>
internal sealed record SwapExchange(bool Taken, ServingModel? Old = null, double PauseMicroseconds = 0, long WaitedWindows = 0);
