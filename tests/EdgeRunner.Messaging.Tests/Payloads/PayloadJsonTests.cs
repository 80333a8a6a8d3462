using System.Text.Json;
using EdgeRunner.Messaging.Payloads;

namespace EdgeRunner.Messaging.Tests.Payloads;

public sealed class PayloadJsonTests
{
    private static readonly ClockReading Clock = new(Synchronized: true, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), 123);

    [Fact]
    public void Presence_is_versioned_json_with_lower_case_words()
    {
        var payload = new PresencePayload(PresenceStatus.Online, "d1", "boot-1", "0.1.0", Clock);
        var json = JsonSerializer.Serialize(payload, MessagingJsonContext.Default.PresencePayload);
        Assert.Equal(
            """{"status":"online","device":"d1","boot":"boot-1","version":"0.1.0","since":{"synchronized":true,"utc":"2026-01-02T03:04:05+00:00","boottimeNs":123},"v":1}""",
            json);
        Assert.Equal(payload, JsonSerializer.Deserialize(json, MessagingJsonContext.Default.PresencePayload));
    }

    [Fact]
    public void Report_survives_a_round_trip_and_a_member_from_a_newer_device_is_skipped()
    {
        var payload = new ReportPayload("d1", "boot-1", "0.1.0", Clock,
            [new("silero-vad", "active", "6.0.0")],
            [new("speech", "running", Windows: 87, Dropped: 0, "silero-vad")],
            new("ok", [], 12.5, 1 << 20, PendingRecords: 3, LostRecords: 0),
            new("arm64", "Debian GNU/Linux 12", 4, 1 << 30, ["cpu"], "1.30.0"));
        var json = JsonSerializer.Serialize(payload, MessagingJsonContext.Default.ReportPayload);
        Assert.Contains("\"v\":1", json, StringComparison.Ordinal);
        var newer = json.Insert(1, "\"mood\":\"fine\",");
        var read = JsonSerializer.Deserialize(newer, MessagingJsonContext.Default.ReportPayload)!;
        Assert.Equal(json, JsonSerializer.Serialize(read, MessagingJsonContext.Default.ReportPayload));
    }

    [Theory]
    [InlineData("""{"status":"online"}""")]
    [InlineData("""{"status":"asleep","device":"d","boot":"b","version":"1","since":{"synchronized":true,"utc":"2026-01-02T03:04:05Z","boottimeNs":1}}""")]
    [InlineData("[]")]
    [InlineData("")]
    public void A_broken_presence_is_refused(string json)
        => Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(json, MessagingJsonContext.Default.PresencePayload));
}
