namespace EdgeRunner.Trust.Repository;

/// <summary>Why a repository could not be changed. The names are stable.</summary>
public enum RepositoryFailure
{
    /// <summary>There is no repository at that place, or it has not been published yet.</summary>
    NotARepository,

    /// <summary>There is something already where a new thing was to be made.</summary>
    AlreadyThere,

    /// <summary>Somebody else is changing the repository at this moment.</summary>
    Locked,

    /// <summary>A file of the repository is damaged or missing.</summary>
    Damaged,

    /// <summary>No such role, target or key.</summary>
    NotFound,

    /// <summary>What was asked for would make a repository that clients cannot use.</summary>
    Refused,

    /// <summary>The private key of an online role is not at hand.</summary>
    OnlineKeyMissing,

    /// <summary>A file would be longer than clients accept.</summary>
    TooLong,

    /// <summary>Signatures come from a file that says something else than what waits to be signed.</summary>
    NotWhatIsStaged,

    /// <summary>The clock of this machine is behind what the repository has seen.</summary>
    ClockBehind,
}
