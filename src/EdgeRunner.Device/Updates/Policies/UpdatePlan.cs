using EdgeRunner.Messaging.Rollouts;

namespace EdgeRunner.Device.Updates.Policies;

/// <summary>What the last check has found out about one model.</summary>
/// <param name="Model">The model.</param>
/// <param name="Desired">What the group is to run of it.</param>
/// <param name="Roads">Where its releases come from.</param>
internal sealed record UpdatePlan(string Model, DesiredModel Desired, UpdateRoads Roads)
{
    /// <summary>The release that this device was to take when the check was made; null when it was to take none, when it had it in use already
    /// (<see cref="Serving"/>), or when <see cref="Trouble"/> says why it is not known.</summary>
    public Release? Release { get; init; }

    /// <summary>The release that this device was to take and had in use already: how to fetch it was not asked for.</summary>
    public ListedRelease? Serving { get; init; }

    /// <summary>What kept the release from being found.</summary>
    public UpdateFailedException? Trouble { get; init; }
}
