namespace EdgeRunner.Trust;

/// <summary>Which check failed. The names are stable: they are codes that fleet managers filter by.</summary>
public enum TrustFailure
{
    /// <summary>More bytes than the bound of that role, or than its referrer states.</summary>
    TooLong,

    /// <summary>Another length than its referrer states.</summary>
    LengthMismatch,

    /// <summary>Another digest than its referrer states, or the referrer states none that we know.</summary>
    HashMismatch,

    /// <summary>Not well-formed JSON, a field is missing or of the wrong kind, or a count is beyond its bound.</summary>
    Malformed,

    /// <summary><c>_type</c> is that of another role.</summary>
    WrongType,

    /// <summary><c>spec_version</c> is not 1.x.</summary>
    UnsupportedSpecVersion,

    /// <summary>A key does not have the digest that it is filed under.</summary>
    KeyIdMismatch,

    /// <summary>Fewer distinct keys of the role have signed than its threshold.</summary>
    ThresholdNotMet,

    /// <summary>Another version than its referrer states, or than the name asked for.</summary>
    VersionMismatch,

    /// <summary>A lower version than one that was trusted before.</summary>
    Rollback,

    /// <summary>A role that was listed before is not listed any more.</summary>
    RoleRemoved,

    /// <summary>Past its expiry date.</summary>
    Expired,

    /// <summary>The clock of this device is not trusted yet, so freshness cannot be judged.</summary>
    ClockNotTrusted,

    /// <summary>The repository does not have a file that it says it has.</summary>
    NotFound,

    /// <summary>The repository could not be reached or did not answer in time.</summary>
    Unavailable,

    /// <summary>More root versions in one refresh than the bound.</summary>
    TooManyRoots,

    /// <summary>More delegated roles in one search than the bound.</summary>
    TooManyRoles,

    /// <summary>A delegated role that the snapshot does not list.</summary>
    NotInSnapshot,

    /// <summary>No role that may speak for the path lists it.</summary>
    TargetNotFound,

    /// <summary>There is no trusted root in the state directory.</summary>
    NoRoot,
}
