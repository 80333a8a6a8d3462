using EdgeRunner.Fleet.Devices;
using EdgeRunner.Messaging.Payloads;
using EdgeRunner.Messaging.Rollouts;

namespace EdgeRunner.Fleet.Rollouts;

/// <summary>A device in the rollout of a model.</summary>
/// <param name="Device">Its id.</param>
/// <param name="TakesPart">It is in the percentage.</param>
/// <param name="State">Where it is.</param>
/// <param name="Online">Whether it has a connection.</param>
internal sealed record DeviceProgress(string Device, bool TakesPart, RolloutState State, bool Online)
{
    /// <summary>Version that it is to run; null when nothing is wanted of it.</summary>
    public string? Wanted { get; init; }

    /// <summary>Version that serves, as far as is known.</summary>
    public string? Running { get; init; }

    /// <summary>What it says of its update; null when it says nothing.</summary>
    public UpdateReport? Update { get; init; }

    /// <summary>When it reported last, by its clock; null when that is not set or it never did.</summary>
    public DateTimeOffset? LastReport { get; init; }

    internal bool IsFinal => State is not (RolloutState.UnderWay or RolloutState.Waiting);

    internal bool HasFailed => State is RolloutState.Rejected or RolloutState.CouldNot or RolloutState.Pinned;

    internal static DeviceProgress Of(DeviceView device, string model, DesiredModel desired)
    {
        var takesPart = Participation.Includes(device.Id, desired);
        var wanted = takesPart ? desired.Version : desired.DryRun ? null : desired.Stable?.Version; // a question wants nothing of those it does not ask
        var update = device.Update(model);
        var running = device.Running(model) ?? (update is { Phase: "committed" } ? update.Version : null);
        var state = wanted is null ? RolloutState.NotInPercentage : takesPart && desired.DryRun ? DryRun(update, running, wanted) : StateOf(update, running, wanted);
        return new DeviceProgress(device.Id, takesPart, !takesPart && state is RolloutState.Done ? RolloutState.NotInPercentage : state, device.IsOnline)
        {
            Wanted = wanted,
            Running = running,
            Update = update,
            LastReport = device.LastReport,
        };
    }

    // Who runs the version is not asked whether it could, and who has refused it would refuse it again.
    private static RolloutState DryRun(UpdateReport? update, string? running, string wanted)
    {
        if (update?.DryRun is { } answer && Same(answer.Version, wanted))
        {
            return answer.Ok ? RolloutState.Could : RolloutState.CouldNot;
        }
        return Same(running, wanted) ? RolloutState.Could : update is { Phase: "rejected" } && Same(update.Version, wanted) ? RolloutState.CouldNot : RolloutState.Waiting;
    }

    private static RolloutState StateOf(UpdateReport? update, string? running, string wanted)
    {
        var concerns = Same(update?.Version, wanted);
        return update?.Phase switch
        {
            "downloading" or "verified" or "staged" or "probing" or "trial" when concerns => RolloutState.UnderWay,
            "rolling-back" when concerns => RolloutState.UnderWay,
            "rejected" when concerns && !Same(running, wanted) => RolloutState.Rejected,
            // What was committed may have gone out of use since: a card can spoil it.
            "committed" when concerns && (running is null || Same(running, wanted)) => RolloutState.Done,
            "downloading" or "verified" or "staged" or "probing" or "trial" or "rolling-back" => RolloutState.Waiting, // busy with another version
            _ when Same(running, wanted) => RolloutState.Done,
            _ when update?.Pinned is true => RolloutState.Pinned,
            _ => RolloutState.Waiting,
        };
    }

    private static bool Same(string? a, string? b) => a is not null && string.Equals(a, b, StringComparison.Ordinal);
}
