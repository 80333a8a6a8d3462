using System.Globalization;
using EdgeRunner.Fleet.Depot.Grouping;

namespace EdgeRunner.Fleet.Depot;

/// <summary>Tells in the log who fetches what, how much leaves, and what sending to all saves. A few lines in ten seconds, however many devices there are. One thread at a time.</summary>
internal sealed partial class TransferLog(DepotCounters counters, TimeProvider timeProvider, ILogger<TransferLog> logger)
{
    private const int NamedDevices = 3;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private long _reportedAt = timeProvider.GetTimestamp();
    private DepotFigures _reported = counters.Snapshot();

    /// <summary>Time until there is something to tell again, at least a millisecond; null when nothing happens.</summary>
    internal TimeSpan? UntilNextReport(ChunkGroups groups) => groups.All.Count == 0 && counters.Snapshot().Requests == _reported.Requests
        ? null
        : TimeSpan.FromTicks(Math.Max((Interval - timeProvider.GetElapsedTime(_reportedAt)).Ticks, TimeSpan.TicksPerMillisecond));

    /// <summary>Tells when it is time to, and forgets groups that are over.</summary>
    internal void Report(ChunkGroups groups)
    {
        var elapsed = timeProvider.GetElapsedTime(_reportedAt);
        if (elapsed < Interval) return;
        foreach (var group in groups.Sweep())
        {
            if (group.Joined > 0) Log.Fetched(logger, group.File.Index.Target, Devices(group.Joined), Bytes(group.SharedBytes), Bytes(group.OwnBytes));
        }
        // A group is kept for a while after its last request: what has not moved since the last line is no news.
        foreach (var group in groups.All.Where(g => g.TakeNews()))
        {
            Log.Fetching(logger, group.File.Index.Target, Bytes(group.File.Index.Length), Names(group), Bytes(group.SharedBytes), Bytes(group.OwnBytes));
        }
        var now = counters.Snapshot();
        var sent = now.EgressBytes - _reported.EgressBytes;
        if (sent > 0 || now.Requests > _reported.Requests)
        {
            Log.Traffic(logger, now.Requests - _reported.Requests, (int)elapsed.TotalSeconds, Bytes(sent), Bytes(now.SharedBytes - _reported.SharedBytes), Bytes(now.SavedBytes - _reported.SavedBytes),
                now.Busy - _reported.Busy, now.Errors - _reported.Errors, now.Dropped - _reported.Dropped);
        }
        (_reported, _reportedAt) = (now, timeProvider.GetTimestamp());
    }

    private static string Names(ChunkGroup group)
    {
        var named = string.Join(", ", group.Members.Keys.Take(NamedDevices));
        return group.Members.Count switch
        {
            0 => "nobody any more",
            <= NamedDevices => named,
            var all => $"{named} and {all - NamedDevices} more",
        };
    }

    private static string Devices(int count) => count == 1 ? "1 device" : string.Create(CultureInfo.InvariantCulture, $"{count} devices");

    private static string Bytes(long bytes) => bytes < 1_000_000
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.#} kB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.#} MB");

    private static partial class Log
    {
        [LoggerMessage(8030, LogLevel.Information, "fetching {Target} ({Length}): {Devices}; so far {Shared} to all, {Own} to single devices")]
        public static partial void Fetching(ILogger logger, string target, string length, string devices, string shared, string own);

        [LoggerMessage(8031, LogLevel.Information, "{Target} was fetched by {Devices}: {Shared} to all, {Own} to single devices")]
        public static partial void Fetched(ILogger logger, string target, string devices, string shared, string own);

        [LoggerMessage(8032, LogLevel.Information, "{Requests} requests in {Seconds} s: {Sent} sent, {Shared} of it to all, which saved {Saved}; {Busy} told to wait, {Errors} refused, {Dropped} not answered")]
        public static partial void Traffic(ILogger logger, long requests, int seconds, string sent, string shared, string saved, long busy, long errors, long dropped);
    }
}
