using EdgeRunner.Device.Updates.States;

namespace EdgeRunner.Device.Updates;

/// <summary>Moments of an update at which tests end the process. The daemon has one that does nothing.</summary>
internal interface IUpdateCheckpoints
{
    /// <summary>A phase is durable, or its step is half done, or done.</summary>
    void Reach(UpdatePhase phase, UpdateMoment moment);
}
