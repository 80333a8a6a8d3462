namespace EdgeRunner.Device.Health;

/// <summary>How one part of the daemon is, in the words that <c>status</c>, the report and the logs share.</summary>
internal enum ComponentState
{
    /// <summary>Not yet known.</summary>
    Unknown,

    /// <summary>Being prepared: a model loads, a connection is tried for the first time.</summary>
    Starting,

    /// <summary>Doing its work.</summary>
    Running,

    /// <summary>Works, but not fully: retries, degraded store, source silent.</summary>
    Degraded,

    /// <summary>Has nothing left to do, as intended: a recording that was played to its end.</summary>
    Ended,

    /// <summary>Does not work and will be tried again by itself.</summary>
    Failed,

    /// <summary>Switched off by its configuration being wrong; needs a person.</summary>
    Disabled,
}
