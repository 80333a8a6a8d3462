using EdgeRunner.Messaging.Topics;

namespace EdgeRunner.Fleet.Devices;

/// <summary>The devices of a fleet, from their retained messages. Thread-safe.</summary>
internal sealed class DeviceTable
{
    /// <summary>Most devices that are kept.</summary>
    internal const int MaxDevices = 100_000;

    private const string Presence = "presence";
    private const string Report = "report";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, DeviceView> _devices = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Takes a message in. What is no message of a device is passed over.</summary>
    internal void Offer(string topic, ReadOnlySpan<byte> payload)
    {
        if (!EdgeTopics.TryParseDevice(topic, out _, out var id, out var rest) || rest is not (Presence or Report))
        {
            return;
        }
        lock (_gate)
        {
            if (!_devices.TryGetValue(id, out var device))
            {
                // An empty payload is how a retained message is deleted.
                if (payload.IsEmpty || _devices.Count >= MaxDevices)
                {
                    return;
                }
                device = new DeviceView(id);
            }
            _devices[id] = Read(device, rest, payload);
            var changed = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            changed.TrySetResult();
        }
    }

    /// <summary>All devices by id, and a task that ends with the next change.</summary>
    internal (IReadOnlyList<DeviceView> Devices, Task Changed) Snapshot()
    {
        lock (_gate)
        {
            return ([.. _devices.Values.Where(d => d.Presence is not null || d.Report is not null || d.Problem is not null).OrderBy(d => d.Id, StringComparer.Ordinal)], _changed.Task);
        }
    }

    private static DeviceView Read(DeviceView device, string kind, ReadOnlySpan<byte> payload)
    {
        try
        {
            return kind is Presence
                ? device with { Presence = payload.IsEmpty ? null : DevicePayloads.ReadPresence(device.Id, payload), Problem = null }
                : device with { Report = payload.IsEmpty ? null : DevicePayloads.ReadReport(device.Id, payload), Problem = null };
        }
        catch (FormatException e)
        {
            return kind is Presence ? device with { Presence = null, Problem = e.Message } : device with { Report = null, Problem = e.Message };
        }
    }
}
