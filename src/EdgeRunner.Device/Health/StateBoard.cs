namespace EdgeRunner.Device.Health;

/// <summary>The latest state of every component. A change is logged once, appended to <c>status.log</c> and announced; a repeat is silent.</summary>
/// <remarks>Safe for any thread; handlers of <see cref="Changed"/> run on the thread that made the change and must be quick.</remarks>
internal sealed partial class StateBoard(StatusLog statusLog, TimeProvider timeProvider, ILogger<StateBoard> logger)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ComponentEntry> _entries = new(StringComparer.Ordinal);

    /// <summary>Raised after a state or its reason has changed.</summary>
    public event EventHandler? Changed;

    /// <summary>All components, by name.</summary>
    public IReadOnlyList<ComponentEntry> Snapshot()
    {
        lock (_gate) return [.. _entries.Values.OrderBy(entry => entry.Component, StringComparer.Ordinal)];
    }

    /// <summary>The state of one component; null when it was never set.</summary>
    public ComponentEntry? Find(string component)
    {
        lock (_gate) return _entries.GetValueOrDefault(component);
    }

    /// <summary>Sets the state of <paramref name="component"/>, for example <c>pipeline speech</c>.</summary>
    /// <param name="component">What, in words a person reads.</param>
    /// <param name="state">How it is now.</param>
    /// <param name="reason">Why, and what would mend it; may be empty.</param>
    public void Set(string component, ComponentState state, string reason = "")
    {
        ComponentEntry entry;
        lock (_gate)
        {
            if (_entries.TryGetValue(component, out var before) && before.State == state && string.Equals(before.Reason, reason, StringComparison.Ordinal)) return;
            entry = new ComponentEntry(component, state, reason, timeProvider.GetUtcNow());
            _entries[component] = entry;
        }

        var word = state.ToString().ToLowerInvariant();
        var text = reason.Length == 0 ? word : $"{word}: {reason}";
        statusLog.Append(component, $"{component}: {text}");
        Announce(state, component, text);
        Changed?.Invoke(this, EventArgs.Empty);
    }

    /// <summary>Tells of something that happened and leaves every state as it is: one line in <c>status.log</c> and in the journal.</summary>
    /// <param name="component">Whom it happened to.</param>
    /// <param name="text">What.</param>
    /// <param name="isOutcome">How something ended: it stands in <c>status.log</c> however much happened before.</param>
    public void Note(string component, string text, bool isOutcome = false)
    {
        statusLog.Append(component, $"{component}: {text}", isOutcome);
        Log.ComponentNote(logger, component, text);
        Changed?.Invoke(this, EventArgs.Empty);
    }

    /// <summary>As <see cref="Note"/>, of something that a person should look at: a warning in the journal.</summary>
    public void Warn(string component, string text)
    {
        statusLog.Append(component, $"{component}: {text}");
        Log.ComponentWarning(logger, component, text);
        Changed?.Invoke(this, EventArgs.Empty);
    }

    /// <summary>Something beside the states has changed that reports show: they are sent, and nothing is logged.</summary>
    public void Renew() => Changed?.Invoke(this, EventArgs.Empty);

    private void Announce(ComponentState state, string component, string text)
    {
        switch (state)
        {
            case ComponentState.Failed or ComponentState.Disabled:
                Log.ComponentFailed(logger, component, text);
                break;
            case ComponentState.Degraded:
                Log.ComponentDegraded(logger, component, text);
                break;
            default:
                Log.ComponentChanged(logger, component, text);
                break;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(6010, LogLevel.Information, "{Component}: {Text}")]
        public static partial void ComponentChanged(ILogger logger, string component, string text);

        [LoggerMessage(6011, LogLevel.Warning, "{Component}: {Text}")]
        public static partial void ComponentDegraded(ILogger logger, string component, string text);

        [LoggerMessage(6012, LogLevel.Error, "{Component}: {Text}")]
        public static partial void ComponentFailed(ILogger logger, string component, string text);

        [LoggerMessage(6014, LogLevel.Warning, "{Component}: {Text}")]
        public static partial void ComponentWarning(ILogger logger, string component, string text);

        [LoggerMessage(6013, LogLevel.Information, "{Component}: {Text}")]
        public static partial void ComponentNote(ILogger logger, string component, string text);
    }
}
