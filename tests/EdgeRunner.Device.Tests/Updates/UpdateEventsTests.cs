using System.Text;
using EdgeRunner.Device.Telemetry;
using EdgeRunner.Device.Updates;
using EdgeRunner.Messaging.Payloads;

namespace EdgeRunner.Device.Tests.Updates;

public sealed class UpdateEventsTests : IDisposable
{
    private readonly TelemetryIntake _intake = new(new TelemetryOptions());

    public void Dispose() => _intake.Dispose();

    [Fact]
    public void Record_names_the_time_the_kind_and_what_the_report_says_and_nothing_that_it_does_not_say()
    {
        var events = new UpdateEvents(_intake);

        events.Write(new UpdateReport("vision", "rejected") { Version = "1.3.0", Release = 3, From = "1.2.0", Desired = "1.3.0", ReasonCode = "golden-mismatch", Reason = "1 of 1" });
        events.Write(new UpdateReport("vision", "idle") { DryRun = new DryRunReport("1.4.0", false, ["too large"], 7) });

        var queue = Assert.Single(_intake.Queues);
        Assert.Equal("event", queue.Stream);
        var cursor = queue.Head;
        Assert.Matches("""\A{"t":[0-9]+,"kind":"update","model":"vision","phase":"rejected","version":"1\.3\.0","release":3,"from":"1\.2\.0","desired":"1\.3\.0","reasonCode":"golden-mismatch","reason":"1 of 1"}\z""", Next(queue, ref cursor));
        Assert.Matches("""\A{"t":[0-9]+,"kind":"update","model":"vision","phase":"idle","dryRun":{"version":"1\.4\.0","ok":false,"problems":\["too large"\],"bytesToMove":7}}\z""", Next(queue, ref cursor));
        Assert.False(queue.TryPeek(cursor, out _));
    }

    private static string Next(TelemetryQueue queue, ref long cursor)
    {
        Assert.True(queue.TryPeek(cursor, out var length));
        var record = new byte[length];
        queue.Read(ref cursor, record);
        return Encoding.UTF8.GetString(record);
    }
}
