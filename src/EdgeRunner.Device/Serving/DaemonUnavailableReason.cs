namespace EdgeRunner.Device.Serving;

/// <summary>Why the daemon could not be asked.</summary>
internal enum DaemonUnavailableReason
{
    /// <summary>Nothing listens.</summary>
    NotRunning,

    /// <summary>Something listens, but does not answer in time.</summary>
    NoAnswer,

    /// <summary>The socket belongs to another user or group.</summary>
    Permission,

    /// <summary>Something answered that is not this version's daemon.</summary>
    BadAnswer,
}
