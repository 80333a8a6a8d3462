using EdgeRunner.Device.Updates.States;

namespace EdgeRunner.Device.Updates;

/// <summary>The one of the daemon.</summary>
internal sealed class NoCheckpoints : IUpdateCheckpoints
{
    /// <inheritdoc/>
    public void Reach(UpdatePhase phase, UpdateMoment moment)
    {
        // Only tests look.
    }
}
