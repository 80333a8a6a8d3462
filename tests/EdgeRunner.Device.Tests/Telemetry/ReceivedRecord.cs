using System.Text.Json;

namespace EdgeRunner.Device.Tests.Telemetry;

/// <summary>One record as a receiver sees it.</summary>
internal sealed record ReceivedRecord(string Epoch, long Seq, string Stream, string Boot, JsonElement Record)
{
    internal int N => Record.GetProperty("n").GetInt32();

    internal static List<ReceivedRecord> Unpack(byte[] payload)
    {
        using var document = JsonDocument.Parse(payload);
        var root = document.RootElement.Clone();
        var first = root.GetProperty("first").GetInt64();
        var records = root.GetProperty("records").EnumerateArray().ToList();
        Assert.Equal(root.GetProperty("last").GetInt64() - first + 1, records.Count);
        return [.. records.Select((r, i) => new ReceivedRecord(root.GetProperty("epoch").GetString()!, first + i,
            root.GetProperty("stream").GetString()!, root.GetProperty("boot").GetString()!, r))];
    }
}
