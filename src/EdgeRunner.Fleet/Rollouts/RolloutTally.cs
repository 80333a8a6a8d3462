namespace EdgeRunner.Fleet.Rollouts;

/// <summary>The devices of a rollout, counted.</summary>
/// <param name="TakingPart">Devices in the percentage.</param>
/// <param name="Done">Of these, done; in a dry run: could.</param>
/// <param name="Failed">Of these, rejected, pinned, or could not.</param>
/// <param name="UnderWay">Of these, at work.</param>
/// <param name="Waiting">Of these, not begun.</param>
/// <param name="Offline">Of those under way or waiting, without a connection.</param>
/// <param name="NotTakingPart">Devices of the group that are not in the percentage.</param>
/// <param name="BytesDone">Of those that download: bytes that are there.</param>
/// <param name="BytesTotal">And bytes there will be.</param>
/// <param name="BytesPerSecond">All of them together.</param>
internal sealed record RolloutTally(int TakingPart, int Done, int Failed, int UnderWay, int Waiting, int Offline, int NotTakingPart, long BytesDone, long BytesTotal, double BytesPerSecond)
{
    internal static RolloutTally Of(IReadOnlyCollection<DeviceProgress> devices)
    {
        var part = devices.Where(d => d.TakesPart).ToArray();
        var loading = part.Where(d => d.State is RolloutState.UnderWay && d.Update is { Phase: "downloading", BytesTotal: > 0 }).Select(d => d.Update!).ToArray();
        return new RolloutTally(part.Length, part.Count(d => d.State is RolloutState.Done or RolloutState.Could), part.Count(d => d.HasFailed), part.Count(d => d.State is RolloutState.UnderWay),
            part.Count(d => d.State is RolloutState.Waiting), part.Count(d => !d.IsFinal && !d.Online), devices.Count - part.Length,
            Sum(loading, u => Math.Min(u.BytesDone ?? 0, u.BytesTotal!.Value)), Sum(loading, u => u.BytesTotal!.Value), loading.Sum(u => Math.Min(u.BytesPerSecond ?? 0, 1e12)));
    }

    /// <summary>A device may report any number: the sum stays at the end of the range.</summary>
    private static long Sum<T>(IEnumerable<T> items, Func<T, long> value) => items.Aggregate(0L, (sum, item) => sum > long.MaxValue - value(item) ? long.MaxValue : sum + value(item));
}
