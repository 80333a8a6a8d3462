using EdgeRunner.Fleet.Devices;

namespace EdgeRunner.Fleet.Rollouts;

/// <summary>What <c>rollout status</c> says.</summary>
/// <param name="Rollouts">One for each group and model.</param>
/// <param name="Unreported">Devices that connected and never reported, or whose report cannot be read: nobody knows their group.</param>
/// <param name="Broker">Why there is no connection to the broker now; null when there is one.</param>
internal sealed record RolloutStatusReport(IReadOnlyList<RolloutProgress> Rollouts, IReadOnlyList<UnreportedDevice> Unreported, string? Broker)
{
    /// <summary>Devices in groups to which nothing is rolled out, perhaps because <c>updates.group</c> is mistyped there; only when all groups were asked for.</summary>
    public IReadOnlyList<DeviceElsewhere> Elsewhere { get; init; } = [];

    /// <summary>Nobody who takes part has anything left to do.</summary>
    public bool Done => Rollouts.Count > 0 && Rollouts.All(r => r.IsDone);

    /// <summary>A device has given up, could not, or is pinned.</summary>
    public bool Failed => Rollouts.Any(r => r.Tally.Failed > 0);

    /// <summary>No device said anything at all, whatever its group: the name of the group is not at fault.</summary>
    internal bool IsSilent { get; init; }

    internal int ExitCode => !Done ? Commands.ExitCode.UnderWay : Failed ? Commands.ExitCode.Failed : Commands.ExitCode.Ok;

    internal static RolloutStatusReport Of(IReadOnlyList<ShownRollout> wanted, string? model, IReadOnlyList<DeviceView> devices, string? broker, bool isAll) => new(
        [.. wanted.SelectMany(w => w.Models.Where(m => model is null || string.Equals(m.Key, model, StringComparison.Ordinal)).OrderBy(m => m.Key, StringComparer.Ordinal)
            .Select(m => RolloutProgress.Of(w.Group, m.Key, m.Value, devices) with { Problems = w.ProblemsOf(m.Key) }))],
        [.. devices.Where(d => d.Report is null).Select(d => new UnreportedDevice(d.Id, d.IsOnline, d.Problem ?? "it never reported"))],
        broker)
    {
        IsSilent = devices.Count == 0,
        Elsewhere = !isAll ? [] : [.. devices.Where(d => d.Group is { } group && !wanted.Any(w => string.Equals(w.Group, group, StringComparison.Ordinal))).Select(d => new DeviceElsewhere(d.Id, d.IsOnline, d.Group!))],
    };
}
