namespace EdgeRunner.Device.Updates;

/// <summary>Stable codes of what kept an update from its end. docs/updates.md explains each; the codes of a probe (docs/probing.md) are used as they are.</summary>
internal static class UpdateReasons
{
    /// <summary>No road to the repository gives an answer.</summary>
    public const string Unavailable = "repository-unavailable";

    /// <summary>Metadata was refused: signature, version, expiry.</summary>
    public const string Untrusted = "metadata-refused";

    /// <summary>This device was given no root file, or it is not where the configuration says.</summary>
    public const string NoRoot = "root-missing";

    /// <summary>The desired state cannot be read or contradicts the signed release.</summary>
    public const string BadDesiredState = "desired-state-invalid";

    /// <summary>Signed metadata does not list the release, its index or its keys.</summary>
    public const string NotListed = "release-not-listed";

    /// <summary>Not enough room on the disk.</summary>
    public const string NoSpace = "disk-full";

    /// <summary>What is on the disk is not what was signed.</summary>
    public const string DigestMismatch = "digest-mismatch";

    /// <summary>The bundle is not valid.</summary>
    public const string BadBundle = "bundle-invalid";

    /// <summary>This device has no key for it, or the keys are not for this device.</summary>
    public const string NoKey = "no-key";

    /// <summary>Decryption failed.</summary>
    public const string DecryptionFailed = "decryption-failed";

    /// <summary>The device cannot meet what the release needs.</summary>
    public const string NeedsNotMet = "needs-not-met";

    /// <summary>A pipeline cannot use it.</summary>
    public const string SwapRefused = "swap-refused";

    /// <summary>Too many windows failed in the trial.</summary>
    public const string TrialErrors = "trial-errors";

    /// <summary>It was too slow in the trial.</summary>
    public const string TrialLatency = "trial-latency";

    /// <summary>Its outputs differ too much from those of the version before.</summary>
    public const string TrialDrift = "trial-drift";

    /// <summary>The daemon died during the trial.</summary>
    public const string TrialCrash = "trial-crash";

    /// <summary>The guard of a pipeline turned the model off during the trial.</summary>
    public const string TrialGuard = "trial-guard";

    /// <summary>A pipeline broke down with it again and again, hangs in it, or gave it none of its windows.</summary>
    public const string TrialFault = "trial-fault";

    /// <summary>Power was lost twice during the trial.</summary>
    public const string TrialInterrupted = "trial-interrupted";

    /// <summary>The update went around too often.</summary>
    public const string LoopBreaker = "loop-breaker";

    /// <summary>Signed <c>min_release</c> forbids the release.</summary>
    public const string BelowMinRelease = "below-min-release";

    /// <summary>It was refused here before.</summary>
    public const string Denied = "denied-before";

    /// <summary>A person undid it.</summary>
    public const string RolledBackByHand = "rolled-back-by-hand";

    /// <summary>Files of the update cannot be written or read.</summary>
    public const string Storage = "storage-error";

    /// <summary>The version is installed here already, by hand and with other content.</summary>
    public const string VersionConflict = "version-conflict";

    /// <summary>A step that is under way does not stop for what a person wants.</summary>
    public const string Busy = "update-busy";

    /// <summary>The desired state names another release now.</summary>
    public const string Superseded = "superseded";
}
