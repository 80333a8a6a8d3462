using System.Text;
using System.Text.Json;
using EdgeRunner.Fleet.Devices;
using EdgeRunner.Messaging.Payloads;
using FsCheck;
using FsCheck.Fluent;

namespace EdgeRunner.Fleet.Tests.Devices;

public sealed class DeviceTableTests
{
    private const string Topic = "er/1/test/device/box-1/report";

    private static byte[] Bytes(ReportPayload report) => JsonSerializer.SerializeToUtf8Bytes(report, MessagingJsonContext.Default.ReportPayload);

    private static DeviceView One(string topic, ReadOnlySpan<byte> payload)
    {
        var table = new DeviceTable();
        table.Offer(topic, payload);
        return Assert.Single(table.Snapshot().Devices);
    }

    [Fact]
    public void Text_of_a_device_can_neither_move_the_cursor_nor_end_a_line_nor_turn_the_direction()
    {
        var hostile = ReportingDevices.Report("box-1", group: "ea\e[2Jst", active: "1.0\r\n\u202e0", update: new UpdateReport("vision", "rejected\a") { Reason = new string('x', 10_000) + "\u0085", ReasonCode = "\e]0;title\a" });
        var report = One(Topic, Bytes(hostile)).Report!;

        Assert.Equal("ea?[2Jst", report.Group);
        Assert.Equal("1.0???0", report.Models[0].Active);
        Assert.Equal(("rejected?", "?]0;title?", Printable.MaxTextLength), (report.Updates![0].Phase, report.Updates[0].ReasonCode, report.Updates[0].Reason!.Length));
    }

    [Fact]
    public void Any_text_comes_out_short_and_printable() => Prop.ForAll<NonNull<string>>(text =>
    {
        var clean = Printable.Clean(text.Get, 20);
        return clean.Length <= 20 && !clean.Any(c => char.IsControl(c)) && Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(clean)) == clean;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Whatever_a_device_writes_is_read_or_becomes_its_problem() => Prop.ForAll<byte[], NonNegativeInt, byte>((noise, at, bit) =>
    {
        var damaged = Bytes(ReportingDevices.Report("box-1", update: new UpdateReport("vision", "trial") { DryRun = new DryRunReport("1", Ok: false, ["x"], 1) }) with { CheckProblem = new CheckProblem("c", "w") });
        damaged[at.Get % damaged.Length] ^= (byte)(1 << (bit % 8));
        var table = new DeviceTable();
        foreach (var payload in (byte[][])[noise, damaged, damaged[..(at.Get % damaged.Length)]])
        {
            table.Offer(Topic, payload);
            table.Offer(Topic.Replace("report", "presence", StringComparison.Ordinal), payload);
            foreach (var device in table.Snapshot().Devices)
            {
                JsonSerializer.Serialize(device, DevicesJsonOutput.Default.DeviceView);
            }
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Lists_are_cut_nulls_in_them_are_passed_over_and_numbers_without_end_are_dropped()
    {
        var json = Encoding.UTF8.GetString(Bytes(ReportingDevices.Report("box-1"))).Replace("\"problems\":[]", $"\"problems\":[null,{string.Join(',', Enumerable.Repeat("\"p\"", 5_000))}]", StringComparison.Ordinal)
            .Replace("\"uptimeSeconds\":5", "\"uptimeSeconds\":1e999", StringComparison.Ordinal).Replace("\"updates\":[]", """
            "updates":[null,{"model":"vision","phase":"downloading","bytesDone":-5,"bytesPerSecond":1e999}]
            """, StringComparison.Ordinal);
        var device = One(Topic, Encoding.UTF8.GetBytes(json));

        Assert.Equal((32, 0.0), (device.Report!.Health.Problems.Count, device.Report.Health.UptimeSeconds));
        Assert.Equal((null, null), (device.Update("vision")!.BytesDone, device.Update("vision")!.BytesPerSecond));
        JsonSerializer.Serialize(device, DevicesJsonOutput.Default.DeviceView);
    }

    [Fact]
    public void A_report_that_is_too_long_or_of_another_device_is_a_problem_and_not_a_report()
    {
        Assert.Contains("its report says that it is device \"box-2\"", One(Topic, Bytes(ReportingDevices.Report("box-2"))).Problem, StringComparison.Ordinal);
        Assert.Contains("at most 262144 are read", One(Topic, new byte[DevicePayloads.MaxBytes + 1]).Problem, StringComparison.Ordinal);
        Assert.Contains("cannot be read", One(Topic, "{}"u8).Problem, StringComparison.Ordinal);
        Assert.Null(One(Topic, "null"u8).Report);
    }

    [Fact]
    public void A_deleted_message_forgets_what_it_said_and_other_topics_are_passed_over()
    {
        var table = new DeviceTable();
        table.Offer(Topic, Bytes(ReportingDevices.Report("box-1")));
        table.Offer("er/1/test/device/box-2/event", "{}"u8);
        table.Offer("er/2/test/device/box-3/report", "{}"u8);
        table.Offer("er/1/test/device/box-4/report", []);
        Assert.Equal("box-1", Assert.Single(table.Snapshot().Devices).Id);

        var changed = table.Snapshot().Changed;
        table.Offer(Topic, []);
        Assert.True(changed.IsCompleted);
        Assert.Empty(table.Snapshot().Devices);
    }
}
