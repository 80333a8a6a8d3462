using System.Globalization;

namespace EdgeRunner.Device.Swaps;

/// <summary>Whether there is memory for a new model, and how it is loaded.</summary>
/// <param name="Mode">Null = not at all.</param>
/// <param name="Words">Why, with the numbers.</param>
internal sealed record MemoryPlan(SwapMode? Mode, string Words)
{
    /// <summary>Decides.</summary>
    /// <param name="need">What the new model takes.</param>
    /// <param name="availableBytes">Memory that is left; null when the kernel does not tell.</param>
    /// <param name="reserveBytes">What must be left for the rest of the system.</param>
    /// <param name="oldBytes">What the old model takes at most, and gives back when it is dropped.</param>
    /// <param name="mayDropFirst">Whether the old model may go first.</param>
    public static MemoryPlan Of(MemoryNeed need, long? availableBytes, long reserveBytes, long oldBytes, bool mayDropFirst)
    {
        if (availableBytes is not { } available) return new MemoryPlan(SwapMode.Beside, "the kernel does not tell how much memory is available");
        var wanted = need.Bytes + reserveBytes;
        var numbers = $"it needs {Mebibytes(need.Bytes)} ({need.Source}), {Mebibytes(available)} are available, {Mebibytes(reserveBytes)} of them are reserved";
        if (available >= wanted) return new MemoryPlan(SwapMode.Beside, $"there is room beside the old one: {numbers}");
        if (!mayDropFirst)
        {
            return new MemoryPlan(
                null, $"there is no room beside the old one: {numbers}; free memory, lower inference.swapReserveBytes, or set model.allowDropFirst, which stops the pipeline for the time of the load");
        }

        return available + oldBytes >= wanted
            ? new MemoryPlan(SwapMode.DropFirst, $"there is no room beside the old one, which goes first: {numbers}")
            : new MemoryPlan(null, $"there is no room for it even without the old one, which gives back {Mebibytes(oldBytes)} at most: {numbers}; free memory or take a smaller model");
    }

    private static string Mebibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.#} MiB");
}
