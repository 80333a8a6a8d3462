namespace EdgeRunner.Device.Updates;

/// <summary>Why a check for releases is made.</summary>
internal enum UpdateTrigger
{
    /// <summary>The daemon has started.</summary>
    Start,

    /// <summary>The fleet's <c>tuf/timestamp</c> is another one.</summary>
    Timestamp,

    /// <summary>The broker is there again.</summary>
    Reconnect,

    /// <summary><c>updates.checkIntervalMinutes</c> have passed.</summary>
    Interval,

    /// <summary>The last check failed.</summary>
    Retry,

    /// <summary>The device itself wants something: the moment of a rollout has come, or a model is damaged.</summary>
    Need,

    /// <summary>A person asked.</summary>
    Manual,
}
