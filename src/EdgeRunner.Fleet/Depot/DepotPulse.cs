namespace EdgeRunner.Fleet.Depot;

/// <summary>Whether the loop that answers requests goes round. One thread works, any may look.</summary>
internal sealed class DepotPulse(TimeProvider timeProvider)
{
    /// <summary>Longest that one piece of work (reading a part of a file) may take: a disk that takes longer is broken.</summary>
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private long _busySince; // 0: the loop waits, which is no hang

    /// <summary>False when a piece of work takes longer than <see cref="Limit"/>.</summary>
    public bool IsAlive => Volatile.Read(ref _busySince) is var since && (since == 0 || timeProvider.GetElapsedTime(since) < Limit);

    /// <summary>A piece of work begins.</summary>
    public void Begin() => Volatile.Write(ref _busySince, Math.Max(1, timeProvider.GetTimestamp()));

    /// <summary>It is done.</summary>
    public void End() => Volatile.Write(ref _busySince, 0);
}
