namespace EdgeRunner.Messaging.Topics;

/// <summary>The topics of one device, and the filters of a whole fleet, under <c>er/1/{fleet}</c> (docs/architecture.md, Messages).</summary>
public sealed class EdgeTopics
{
    /// <summary>Version of the layout; a change of meaning gets a new number.</summary>
    public const int Version = 1;

    /// <summary>Longest fleet, device or stream name.</summary>
    public const int MaxNameLength = 64;

    private readonly string _device;

    /// <summary>Topics of one device.</summary>
    /// <param name="fleet">See <see cref="IsValidName"/>.</param>
    /// <param name="device">See <see cref="IsValidName"/>; also MQTT user name and certificate CN.</param>
    /// <exception cref="ArgumentException">A name is not allowed; the message says which and what is.</exception>
    public EdgeTopics(string fleet, string device)
    {
        Fleet = Require(fleet, "fleet");
        Device = Require(device, "device id");
        _device = $"er/{Version}/{fleet}/device/{device}";
        Presence = $"{_device}/presence";
        Report = $"{_device}/report";
        Event = $"{_device}/event";
        Request = $"{_device}/request";
        AllResponses = $"{_device}/response/+";
        AllCommands = $"{_device}/command/+/+";
        Timestamp = $"er/{Version}/{fleet}/tuf/timestamp";
    }

    /// <summary>The fleet.</summary>
    public string Fleet { get; }

    /// <summary>The device.</summary>
    public string Device { get; }

    /// <summary>Online or offline; QoS 1, retained; also the last will.</summary>
    public string Presence { get; }

    /// <summary>Reported state; QoS 1, retained.</summary>
    public string Report { get; }

    /// <summary>Update phases, alarms, drops and recoveries; QoS 1.</summary>
    public string Event { get; }

    /// <summary>The device asks the depot.</summary>
    public string Request { get; }

    /// <summary>Filter for the depot's answers to this device.</summary>
    public string AllResponses { get; }

    /// <summary>Filter for all commands to this device.</summary>
    public string AllCommands { get; }

    /// <summary>Raw <c>timestamp.json</c> of the fleet; QoS 1, retained.</summary>
    public string Timestamp { get; }

    /// <summary>Batches of one telemetry stream; QoS 1.</summary>
    /// <exception cref="ArgumentException">The name is not allowed.</exception>
    public string Telemetry(string stream) => $"{_device}/telemetry/{Require(stream, "stream")}";

    /// <summary>Answer number <paramref name="number"/> to this device.</summary>
    public string Response(long number) => $"{_device}/response/{number}";

    /// <summary>One command and its life cycle; QoS 1, retained.</summary>
    /// <exception cref="ArgumentException">The verb is not allowed.</exception>
    public string Command(string verb, long number) => $"{_device}/command/{Require(verb, "command verb")}/{number}";

    /// <summary>Chunk <paramref name="number"/> of a file, wanted by two or more devices; QoS 0.</summary>
    /// <exception cref="ArgumentException">A name is not allowed.</exception>
    public static string Blob(string fleet, string index, long number)
        => $"er/{Version}/{Require(fleet, "fleet")}/blob/{Require(index, "chunk index")}/{number}";

    /// <summary>Filter for the chunks of a file.</summary>
    /// <exception cref="ArgumentException">A name is not allowed.</exception>
    public static string AllBlobs(string fleet, string index) => $"er/{Version}/{Require(fleet, "fleet")}/blob/{Require(index, "chunk index")}/+";

    /// <summary>The fleet's <c>tuf/timestamp</c>.</summary>
    /// <exception cref="ArgumentException">The fleet is not allowed.</exception>
    public static string TimestampOf(string fleet) => $"er/{Version}/{Require(fleet, "fleet")}/tuf/timestamp";

    /// <summary>Filter for one kind of topic of every device, e.g. <c>presence</c> or <c>telemetry/+</c>.</summary>
    /// <exception cref="ArgumentException">The fleet is not allowed.</exception>
    public static string AllDevices(string fleet, string rest) => $"er/{Version}/{Require(fleet, "fleet")}/device/+/{rest}";

    /// <summary>Takes a device's topic apart.</summary>
    /// <param name="topic">As received.</param>
    /// <param name="fleet">The fleet.</param>
    /// <param name="device">The device id.</param>
    /// <param name="rest">What follows it, e.g. <c>telemetry/speech</c>.</param>
    /// <returns>False when it is not a device's topic of this version.</returns>
    public static bool TryParseDevice(string topic, out string fleet, out string device, out string rest)
    {
        var parts = topic.Split('/', 6);
        var ok = parts is ["er", "1", _, "device", _, { Length: > 0 }] && IsValidName(parts[2]) && IsValidName(parts[4]);
        (fleet, device, rest) = ok ? (parts[2], parts[4], parts[5]) : ("", "", "");
        return ok;
    }

    /// <summary>True for 1 to 64 of <c>A-Z a-z 0-9 . _ -</c>, not dots only: names become file names too.</summary>
    public static bool IsValidName(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty || name.Length > MaxNameLength || name.Trim('.').IsEmpty) return false;
        foreach (var character in name)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('.' or '_' or '-')) return false;
        }

        return true;
    }

    private static string Require(string name, string what)
        => IsValidName(name) ? name : throw new ArgumentException(
            $"The {what} '{name}' is not allowed: 1 to {MaxNameLength} of A-Z a-z 0-9 . _ - and not dots only", nameof(name));
}
