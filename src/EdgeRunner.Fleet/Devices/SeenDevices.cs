using EdgeRunner.Fleet.Commands;

namespace EdgeRunner.Fleet.Devices;

/// <summary>What to say when a device or a group was not among what the broker has: one that nobody uses is another thing than a broker that says nothing.</summary>
internal static class SeenDevices
{
    private const int MaxNames = 20;

    /// <summary>Nothing came at all: the name is not at fault.</summary>
    internal const string Silence = "No device reports. If there are some: is it their fleet (--fleet), and may this user read their topics?";

    /// <summary>For a group of which no device reports.</summary>
    internal static NotFoundException NoGroup(string group, IReadOnlyList<DeviceView> devices)
    {
        if (devices.Count == 0)
        {
            return new NotFoundException(Silence);
        }
        var groups = devices.Where(d => d.Group is not null).GroupBy(d => d.Group!, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).ToArray();
        var without = devices.Count(d => d.Group is null);
        var seen = groups.Length == 0 ? "No device is in any group" : $"Groups seen: {Names([.. groups.Select(g => $"{g.Key} ({Count(g.Count())})")])}";
        return new NotFoundException($"No device reports to be in group {Printable.Clean(group)}. {NearestNames.Hint(group, groups.Select(g => g.Key))}{seen}{(without == 0 ? "" : $"; of no known group: {Count(without)}")}.");
    }

    /// <summary>For a device that never reported.</summary>
    internal static NotFoundException NoDevice(string id, IReadOnlyList<DeviceView> devices) => new(devices.Count == 0
        ? Silence
        : $"No device {Printable.Clean(id)} has ever reported. {NearestNames.Hint(id, devices.Select(d => d.Id))}`edgefleet fleet list` has all {Count(devices.Count)}.");

    /// <summary>Names for a sentence; of very many the first.</summary>
    internal static string Names(IReadOnlyList<string> names) => string.Join(", ", names.Take(MaxNames)) + (names.Count > MaxNames ? $" and {names.Count - MaxNames} more" : "");

    private static string Count(int devices) => devices == 1 ? "1 device" : $"{devices} devices";
}
