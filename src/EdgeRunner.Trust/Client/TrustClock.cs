namespace EdgeRunner.Trust.Client;

/// <summary>The time that expiry is judged by, on boards that start in 1970 or keep time badly.</summary>
/// <remarks>
/// There is a lower bound: the build date, and the time of the last refresh that succeeded. It is raised only by a refresh that found everything fresh, so
/// it is always before the expiry date of a timestamp that was rightly signed: a clock that runs wild into the future cannot move it.
/// </remarks>
/// <param name="timeProvider">Wall time.</param>
/// <param name="earliest">The time cannot be before this: the build date of the program.</param>
/// <param name="isSynchronised">Asked at each refresh: true when wall time was set by a source that is right, e.g. NTP.</param>
public sealed class TrustClock(TimeProvider timeProvider, DateTimeOffset earliest, Func<bool> isSynchronised)
{
    /// <summary>How far behind the lower bound a clock may be and still count as right: it was corrected a little since.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromHours(1);

    /// <summary>For time limits.</summary>
    internal TimeProvider TimeProvider { get; } = timeProvider;

    /// <summary>Fixes the time of one refresh.</summary>
    internal FixedTime Fix(MetadataStore store)
    {
        var stored = store.ReadClock() ?? DateTimeOffset.MinValue;
        var bound = stored > earliest ? stored : earliest;
        var now = TimeProvider.GetUtcNow();
        var problem = now + Slack < bound ? $"a clock at {now:yyyy-MM-dd HH:mm} although it was {bound:yyyy-MM-dd HH:mm} before"
            : !isSynchronised() ? "a clock that nobody has set since the start"
            : null;
        return new FixedTime(now > bound ? now : bound, problem, stored);
    }

    /// <summary>The time of one refresh.</summary>
    /// <param name="Now">What expiry is judged by.</param>
    /// <param name="Problem">Why the clock is not trusted; null when it is.</param>
    /// <param name="Stored">The bound that is stored.</param>
    internal readonly record struct FixedTime(DateTimeOffset Now, string? Problem, DateTimeOffset Stored);
}
