namespace EdgeRunner.Fleet.Depot;

/// <summary>What has to be well so that a depot can do its work, for <c>/healthz</c>, systemd and the log. Thread-safe.</summary>
internal sealed class DepotHealth
{
    /// <summary>There is a connection to the broker.</summary>
    internal const string Broker = "broker";

    /// <summary>The broker delivers requests; only there when it does not.</summary>
    internal const string Requests = "requests";

    /// <summary>The broker takes the timestamp; only there when it once did not.</summary>
    internal const string Timestamp = "timestamp";

    /// <summary>The repository can be read, and its timestamp has not expired.</summary>
    internal const string Repository = "repository";

    /// <summary>The timestamp is signed anew in time, here or elsewhere.</summary>
    internal const string Refresh = "refresh";

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, DepotCheck> _checks = new(StringComparer.Ordinal);

    /// <summary>True when every check is well.</summary>
    public bool IsHealthy => Snapshot().All(check => check.Healthy);

    /// <summary>All checks, by name.</summary>
    public IReadOnlyList<DepotCheck> Snapshot()
    {
        lock (_gate) return [.. _checks.Values];
    }

    /// <summary>One line: what is wrong, or that all is well.</summary>
    public string Summary() => string.Join("; ", Snapshot().Where(check => !check.Healthy).Select(check => $"{check.Name}: {check.Text}")) is { Length: > 0 } wrong ? wrong : "all well";

    /// <summary>Sets a check.</summary>
    /// <param name="name">One of the constants here, or another short lowercase word.</param>
    /// <param name="healthy">Whether it is well.</param>
    /// <param name="text">In words.</param>
    /// <returns>True when it was not so before.</returns>
    public bool Set(string name, bool healthy, string text)
    {
        var check = new DepotCheck(name, healthy, text);
        lock (_gate)
        {
            var changed = !_checks.TryGetValue(name, out var before) || before != check;
            _checks[name] = check;
            return changed;
        }
    }
}
