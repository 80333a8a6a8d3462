using System.Text.Json;

namespace EdgeRunner.Device.Probing;

/// <summary>Turns the child's bytes into messages. The child is not trusted: a line, the number of lines and each list in them are bounded, and whatever
/// is not a message ends the reading.</summary>
internal sealed class ProbeMessageReader
{
    /// <summary>Longest line, in bytes. 256 KiB: 256 golden cases with a few problems each.</summary>
    public const int MaxLineBytes = 256 << 10;

    /// <summary>Most lines: a good child writes one for each stage.</summary>
    public const int MaxMessages = 32;

    private readonly List<byte> _line = [];
    private int _messages;

    /// <summary>Takes bytes as they come.</summary>
    /// <param name="bytes">Any number of them.</param>
    /// <param name="take">Gets each message.</param>
    /// <exception cref="FormatException">Not what a child of this program writes; read no further.</exception>
    public void Read(ReadOnlySpan<byte> bytes, Action<ProbeMessage> take)
    {
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOf((byte)'\n');
            var part = end < 0 ? bytes : bytes[..end];
            if (_line.Count + part.Length > MaxLineBytes) throw new FormatException($"a line is longer than {MaxLineBytes} bytes");
            _line.AddRange(part);
            if (end < 0) return;
            bytes = bytes[(end + 1)..];
            if (++_messages > MaxMessages) throw new FormatException($"more than {MaxMessages} lines");
            take(Parse());
            _line.Clear();
        }
    }

    private ProbeMessage Parse()
    {
        try
        {
            var message = JsonSerializer.Deserialize(_line.ToArray(), ProbePipeJsonContext.Default.ProbeMessage) ?? throw new FormatException("null is no message");
            if (!Enum.IsDefined(message.Stage)) throw new FormatException($"{message.Stage} is no stage");
            if (message.Reason is { } reason && !Enum.IsDefined(reason)) throw new FormatException($"{reason} is no reason");
            if (message.Limits is { MemoryBytes: < 0 } or { WallSeconds: < 1 }) throw new FormatException("the limits are out of range");
            if (message.Golden is { } golden && golden.Any(one => one is null or { Problems: null } or { Name: null })) throw new FormatException("a golden case is not whole");
            if (message.Warnings is { } warnings && warnings.Any(one => one is null)) throw new FormatException("a warning is null");
            return message;
        }
        catch (JsonException e)
        {
            throw new FormatException($"a line is no message: {e.Message}", e);
        }
    }
}
