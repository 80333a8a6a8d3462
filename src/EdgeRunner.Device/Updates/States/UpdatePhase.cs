namespace EdgeRunner.Device.Updates.States;

/// <summary>Where the update of one model is. Written to disk before the step begins that it names.</summary>
internal enum UpdatePhase
{
    /// <summary>Nothing is under way.</summary>
    Idle,

    /// <summary>Chunks are fetched.</summary>
    Downloading,

    /// <summary>All bytes are here and their digest is the signed one.</summary>
    Verified,

    /// <summary>Decrypted if need be, opened, checked, and in the store under its version; not active.</summary>
    Staged,

    /// <summary>A child process loads it and runs its golden cases.</summary>
    Probing,

    /// <summary>It serves, and is watched.</summary>
    Trial,

    /// <summary>It serves, and is the version to return to from now on.</summary>
    Committed,

    /// <summary>The version before is put back.</summary>
    RollingBack,

    /// <summary>Given up for the reason that is stored; the version before serves.</summary>
    Rejected,
}
