namespace EdgeRunner.Device.Health;

/// <summary>Decides whether one more line with the same event id is worth writing: a burst of lines in each period, then silence,
/// then one note of how many were left out.</summary>
/// <remarks>A burst of 0 is no limit. Counts per event id, category and component, so that one noisy event or pipeline never silences another. Safe for any thread.</remarks>
internal sealed class RepeatLimiter(int burst, TimeSpan period, TimeProvider timeProvider)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Category, int EventId, string Component), Window> _windows = [];

    /// <summary>True when the line may be written; <paramref name="suppressed"/> is how many before it were not.</summary>
    public bool Allow(string category, int eventId, string component, out int suppressed)
    {
        suppressed = 0;
        if (burst == 0) return true; // No limit.
        if (eventId == 0) return true; // Framework lines without an id are rare and all different.
        var now = timeProvider.GetTimestamp();
        lock (_gate)
        {
            _windows.TryGetValue((category, eventId, component), out var window);
            if (window.Written == 0 || timeProvider.GetElapsedTime(window.Start, now) >= period)
            {
                suppressed = window.Suppressed;
                window = new Window(now, 0, 0);
            }

            var allowed = window.Written < burst;
            _windows[(category, eventId, component)] = allowed ? window with { Written = window.Written + 1 } : window with { Suppressed = window.Suppressed + 1 };
            return allowed;
        }
    }

    private readonly record struct Window(long Start, int Written, int Suppressed);
}
