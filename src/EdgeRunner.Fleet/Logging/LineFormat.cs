namespace EdgeRunner.Fleet.Logging;

/// <summary>How log lines look.</summary>
internal enum LineFormat
{
    /// <summary>Time, level as a word, message.</summary>
    Terminal,

    /// <summary>The priority of <c>sd-daemon(3)</c> and the message; the journal knows the time.</summary>
    Journal,

    /// <summary>One JSON object.</summary>
    Json,
}
