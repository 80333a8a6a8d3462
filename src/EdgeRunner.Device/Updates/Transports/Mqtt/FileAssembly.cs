namespace EdgeRunner.Device.Updates.Transports.Mqtt;

/// <summary>Puts a whole file together from its parts, which may come in any order and more than once. Keeps at most the stated length, and nothing past the bound. Not thread-safe.</summary>
/// <param name="maxBytes">Longest file that is taken.</param>
internal sealed class FileAssembly(int maxBytes)
{
    // A depot cuts at 128 KiB; the bound is for one that means ill: each part costs a reference before it has come.
    private const int MaxParts = 4096;

    private byte[]?[]? _parts;
    private int _left;
    private long _bytes;
    private uint _length;

    /// <summary>Length of the file as stated by its first part that came; 0 before.</summary>
    internal uint Length => _length;

    /// <summary>Bytes that are kept.</summary>
    internal long Bytes => _parts is null ? 0 : _bytes;

    /// <summary>Parts that are here, for messages: "2 of 5 parts".</summary>
    internal string Progress => _parts is null ? "nothing" : $"{_parts.Length - _left} of {_parts.Length} parts";

    /// <summary>Why the parts cannot be one file; null while they can.</summary>
    internal string? Problem { get; private set; }

    /// <summary>Takes a part.</summary>
    /// <param name="part">Its number, from 0.</param>
    /// <param name="parts">How many there are.</param>
    /// <param name="length">Of the whole file.</param>
    /// <param name="bytes">Copied.</param>
    internal PartOutcome Offer(uint part, uint parts, uint length, ReadOnlySpan<byte> bytes)
    {
        if (Problem is not null) return PartOutcome.Refused;
        if (length > maxBytes) return PartOutcome.TooLong;
        if (_parts is null)
        {
            if (parts is 0 or > MaxParts || parts > Math.Max(1, length)) return Refuse($"{parts} parts for {length} bytes");
            (_parts, _left, _length) = (new byte[parts][], (int)parts, length);
        }

        if (parts != _parts.Length || length != _length) return Refuse($"first {_parts.Length} parts and {_length} bytes were stated, then {parts} and {length}");
        if (part >= parts) return Refuse($"part {part} of {parts}, which are counted from 0");
        if (_parts[part] is { } known) return bytes.SequenceEqual(known) ? PartOutcome.Duplicate : Refuse($"part {part} came twice with different bytes");
        _bytes += bytes.Length;
        if (_bytes > length) return Refuse($"more bytes than the {length} that were stated");
        if (bytes.IsEmpty && length > 0) return Refuse($"part {part} is empty");
        _parts[part] = bytes.ToArray();
        if (--_left > 0) return PartOutcome.Taken;
        return _bytes == length ? PartOutcome.Complete : Refuse($"all {parts} parts have {_bytes} bytes together, {length} were stated");
    }

    /// <summary>The file, after <see cref="PartOutcome.Complete"/>.</summary>
    internal byte[] ToBytes() => _parts is { Length: 1 } ? _parts[0]! : Join(_parts!, (int)_length);

    private static byte[] Join(byte[]?[] parts, int length)
    {
        var whole = new byte[length];
        var at = 0;
        foreach (var part in parts)
        {
            part!.CopyTo(whole, at);
            at += part.Length;
        }

        return whole;
    }

    private PartOutcome Refuse(string problem)
    {
        Problem = problem;
        _parts = null;
        return PartOutcome.Refused;
    }
}
