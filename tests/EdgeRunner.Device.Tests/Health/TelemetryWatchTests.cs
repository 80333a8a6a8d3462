using EdgeRunner.Device.Health;
using EdgeRunner.Device.Telemetry;

namespace EdgeRunner.Device.Tests.Health;

public sealed class TelemetryWatchTests
{
    private static readonly TelemetryOptions Options = new() { Directory = "/state/telemetry" };

    [Fact]
    public void Outbox_that_is_well_is_no_trouble_whatever_it_has_lost_before() =>
        Assert.Null(TelemetryWatch.FindTrouble(Status() with { Dropped = new Dictionary<string, long>(StringComparer.Ordinal) { ["queue-full"] = 7 }, RefusedBatches = 3 }, Options, "another name"));

    [Fact]
    public void Full_disk_is_named_with_its_directory() =>
        Assert.StartsWith("records cannot be written to /state/telemetry: database or disk is full.", TelemetryWatch.FindTrouble(Status() with { LastFailure = "database or disk is full" }, Options, null), StringComparison.Ordinal);

    [Fact]
    public void Disk_below_the_floor_is_trouble_before_it_is_full() =>
        Assert.Contains("less free than telemetry.freeDiskFloorBytes (67108864 bytes)", TelemetryWatch.FindTrouble(Status() with { IsBelowFloor = true }, Options, null), StringComparison.Ordinal);

    [Fact]
    public void Refusal_comes_with_what_the_devices_own_files_say_of_it()
    {
        var refused = Status() with { LastRefusal = "Refused (reason code 135): er/1/fleet/device/box-3/event" };

        Assert.EndsWith("They are kept and tried again. The certificate is another one's", TelemetryWatch.FindTrouble(refused, Options, "The certificate is another one's"), StringComparison.Ordinal);
        Assert.Contains("broker's ACL", TelemetryWatch.FindTrouble(refused, Options, null), StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_alone_is_worse_than_what_else_there_is() =>
        Assert.StartsWith("records are kept in memory only", TelemetryWatch.FindTrouble(Status() with { Mode = OutboxMode.MemoryOnly, LastFailure = "read-only", LastRefusal = "no" }, Options, null), StringComparison.Ordinal);

    private static TelemetryStatus Status() => new(
        OutboxMode.Durable, "e", 1, 0, 0, 0, 0, 0, 0, new Dictionary<string, long>(StringComparer.Ordinal), 0, 0, TimeSpan.Zero, TimeSpan.Zero, 0, 0, 0, null, []);
}
