using EdgeRunner.Device.Probing;

namespace EdgeRunner.Device.Updates;

/// <summary>When what failed is tried again: pauses that grow with each failure of the same release. Not thread-safe.</summary>
/// <param name="share">This device's part of the fleet in [0, 1), so that a fleet does not come back in step.</param>
/// <param name="timeProvider">The clock; only its monotonic part is used.</param>
internal sealed class RetryPauses(double share, TimeProvider timeProvider)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private static readonly string OutOfMemory = ProbeWords.Code(ProbeReason.MemoryExceeded);

    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Time until the next of those that are not due yet is; null when there is none.</summary>
    public TimeSpan? Next => _entries.Values.Select(Left).Where(left => left > TimeSpan.Zero).Select(left => (TimeSpan?)left).Min();

    /// <summary>A release has failed again.</summary>
    /// <returns>The pause.</returns>
    public TimeSpan Add(string model, string sha256, string code)
    {
        var failures = _entries.TryGetValue(model, out var before) && string.Equals(before.Sha256, sha256, StringComparison.Ordinal) ? before.Failures + 1 : 1;
        var bound = First * Math.Pow(2, Math.Min(failures - 1, 12));
        // What made the kernel kill for want of memory endangers everything else here: not again in a few seconds.
        var pause = (bound < Longest && !string.Equals(code, OutOfMemory, StringComparison.Ordinal) ? bound : Longest) * (0.5 + (share / 2));
        _entries[model] = new Entry(sha256, code, failures, timeProvider.GetTimestamp(), pause);
        return pause;
    }

    /// <summary>Whether the release may be tried.</summary>
    public bool IsDue(string model, string sha256) =>
        !_entries.TryGetValue(model, out var entry) || !string.Equals(entry.Sha256, sha256, StringComparison.Ordinal) || Left(entry) == TimeSpan.Zero;

    /// <summary>The model's trouble is over.</summary>
    public void Remove(string model) => _entries.Remove(model);

    /// <summary>Those that wait for the repository need wait no longer, or, when a person asks, none.</summary>
    public void End(bool all)
    {
        foreach (var model in _entries.Where(entry => all || entry.Value.Code is UpdateReasons.Unavailable).Select(entry => entry.Key).ToList()) _entries.Remove(model);
    }

    private TimeSpan Left(Entry entry) => timeProvider.GetElapsedTime(entry.Since) is var elapsed && elapsed < entry.Pause ? entry.Pause - elapsed : TimeSpan.Zero;

    private sealed record Entry(string Sha256, string Code, int Failures, long Since, TimeSpan Pause);
}
