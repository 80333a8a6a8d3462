namespace EdgeRunner.Device.Updates.Policies;

/// <summary>What this device is to do about one model, by its group's desired state.</summary>
/// <param name="Model">The model.</param>
/// <param name="Kind">What.</param>
/// <param name="Version">The version it is about.</param>
/// <param name="Release">Its release number.</param>
/// <param name="Words">Why, in plain words.</param>
internal sealed record UpdateGoal(string Model, UpdateGoalKind Kind, string Version, long Release, string Words)
{
    /// <summary>When a wait is over, UTC; null when only another desired state or a clock that is set ends it.</summary>
    public DateTimeOffset? Until { get; init; }
}
