using EdgeRunner.Fleet.Devices;
using EdgeRunner.Messaging.Rollouts;

namespace EdgeRunner.Fleet.Rollouts;

/// <summary>How far a group is with one model.</summary>
/// <param name="Group">The group.</param>
/// <param name="Model">The model.</param>
/// <param name="Desired">What is wanted.</param>
/// <param name="Tally">The devices, counted.</param>
/// <param name="Devices">Every device of the group.</param>
internal sealed record RolloutProgress(string Group, string Model, DesiredModel Desired, RolloutTally Tally, IReadOnlyList<DeviceProgress> Devices)
{
    /// <summary>Why devices cannot get what is wanted, or must not run it; none when they can.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>Nobody has anything left to do, and that is not because nobody has reported. The percentage may have drawn none of a few devices.</summary>
    internal bool IsDone => (Devices.Count > 0 || Desired.PercentHundredths == 0) && Tally.UnderWay + Tally.Waiting == 0;

    internal static RolloutProgress Of(string group, string model, DesiredModel desired, IEnumerable<DeviceView> devices)
    {
        var all = devices.Where(d => string.Equals(d.Group, group, StringComparison.Ordinal)).Select(d => DeviceProgress.Of(d, model, desired))
            .OrderBy(d => d.State).ThenBy(d => d.Device, StringComparer.Ordinal).ToArray();
        return new RolloutProgress(group, model, desired, RolloutTally.Of(all), all);
    }
}
