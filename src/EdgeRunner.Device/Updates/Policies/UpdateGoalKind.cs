namespace EdgeRunner.Device.Updates.Policies;

/// <summary>What a device is to do about a model.</summary>
internal enum UpdateGoalKind
{
    /// <summary>Nothing: it keeps what it has.</summary>
    Keep,

    /// <summary>Nothing yet: the moment has not come.</summary>
    Wait,

    /// <summary>It tells whether it could take the version.</summary>
    DryRun,

    /// <summary>It takes the version.</summary>
    Take,
}
