namespace EdgeRunner.Device.Updates.Policies;

/// <summary>What this device is to do about one model, by its group's desired state.</summary>
/// <param name="Model">The model.</param>
/// <param name="Kind">What.</param>
/// <param name="Version">The version it is about.</param>
/// <param name="Release">Its release number.</param>
/// <param name="Words">Why, in plain words.</param>
internal sealed record UpdateGoal(string Model, UpdateGoalKind Kind, string Version, long Release, string Words)
{
    /// <summary>When the rollout's own version is due, UTC; null when only another desired state ends the wait, or nothing waits.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Why it is not the version that the rollout is about, though nothing is wrong; null when it is, or when <see cref="Words"/> say so.</summary>
    public string? Aside { get; init; }

    /// <summary>The group only asks: what was under way is neither given up nor taken further, except a trial.</summary>
    public bool Holds { get; init; }
}
