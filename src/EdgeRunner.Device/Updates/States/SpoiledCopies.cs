using System.Globalization;

namespace EdgeRunner.Device.Updates.States;

/// <summary>How long a release is left alone that the disk has spoiled again and again: each new copy wears a dying card down, and costs a download. The first is brought back
/// at once, for a flipped bit is no dying card.</summary>
internal static class SpoiledCopies
{
    private static readonly TimeSpan[] Pauses = [TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromMinutes(10), TimeSpan.FromHours(1), TimeSpan.FromDays(1)];

    /// <summary>Until when the release is not fetched, by the device's clock; null when it may be.</summary>
    /// <param name="record">The state.</param>
    /// <param name="sha256">Digest of the release that is wanted.</param>
    /// <param name="now">The time, UTC.</param>
    public static DateTimeOffset? HeldUntil(UpdateRecord record, string sha256, DateTimeOffset now)
    {
        if (record.SpoiledAt is not { } at || !string.Equals(record.Target?.Sha256, sha256, StringComparison.Ordinal)) return null;
        var pause = Pauses[Math.Clamp(record.Spoiled, 0, Pauses.Length - 1)];
        var left = at + pause - now;
        // A clock that was set back since must not hold it for years: the next time is by the right one.
        return left > TimeSpan.Zero && left <= 2 * pause ? at + pause : null;
    }

    /// <summary>The same in plain words.</summary>
    public static string Words(UpdateRecord record, DateTimeOffset until) => string.Create(
        CultureInfo.InvariantCulture,
        $"the card or disk of this device has spoiled {record.Target?.Version} {record.Spoiled} times; it is fetched again at {until.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}, or now with edgerunner update check --retry. Replace the card");
}
