using System.Buffers;
using System.Text.Json;

namespace EdgeRunner.Device.Telemetry;

/// <summary>Losses of one kind, added up: the content of one record of the stream <c>losses</c>.</summary>
/// <remarks>The numbers are a hull: other streams' records lie between them. A receiver proves an epoch complete by counting: as many
/// numbers are
/// missing as the epoch's loss records with numbers say.</remarks>
/// <param name="Epoch">Epoch of the numbers.</param>
/// <param name="Stream">Whose records.</param>
/// <param name="Policy">See <see cref="LossPolicies.Name"/>.</param>
/// <param name="Records">How many; 0 when nobody can know.</param>
/// <param name="FirstSeq">Lowest number among them; null when they never had one.</param>
/// <param name="LastSeq">Highest number among them.</param>
internal sealed record LossEntry(string Epoch, string Stream, string Policy, long Records, long? FirstSeq, long? LastSeq)
{
    /// <summary>Reads records written by <see cref="Write"/> and joined by ','; none when they are not that.</summary>
    internal static List<LossEntry> ParseJoined(ReadOnlySpan<byte> records)
    {
        List<LossEntry> losses = [];
        try
        {
            using var document = JsonDocument.Parse((byte[])[(byte)'[', .. records, (byte)']']);
            foreach (var record in document.RootElement.EnumerateArray())
                losses.Add(new LossEntry(record.GetProperty("epoch"u8).GetString()!, record.GetProperty("stream"u8).GetString()!,
                    record.GetProperty("policy"u8).GetString()!, record.GetProperty("records"u8).GetInt64(),
                    record.TryGetProperty("firstSeq"u8, out var first) ? first.GetInt64() : null,
                    record.TryGetProperty("lastSeq"u8, out var last) ? last.GetInt64() : null));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            losses.Clear();
        }

        return losses;
    }

    /// <summary>Writes <c>{"t":ns,"kind":"loss","stream":…,"policy":…,"records":n,"epoch":…,"firstSeq":…,"lastSeq":…}</c>.</summary>
    internal void Write(IBufferWriter<byte> output, long boottimeNanoseconds)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteNumber("t"u8, boottimeNanoseconds);
        json.WriteString("kind"u8, "loss"u8);
        json.WriteString("stream"u8, Stream);
        json.WriteString("policy"u8, Policy);
        json.WriteNumber("records"u8, Records);
        json.WriteString("epoch"u8, Epoch);
        if (FirstSeq is { } first)
            json.WriteNumber("firstSeq"u8, first);
        if (LastSeq is { } last)
            json.WriteNumber("lastSeq"u8, last);
        json.WriteEndObject();
    }
}
