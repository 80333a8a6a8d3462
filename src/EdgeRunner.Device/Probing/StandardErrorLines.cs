using System.Text;

namespace EdgeRunner.Device.Probing;

/// <summary>Keeps the last lines of what a child writes to standard error; the rest is dropped as it comes.</summary>
internal sealed class StandardErrorLines
{
    private const int MaxLines = 8;
    private const int MaxLineBytes = 400;

    private readonly Queue<string> _lines = new(MaxLines + 1);
    private readonly byte[] _line = new byte[MaxLineBytes];
    private int _length;

    /// <summary>The lines so far, one that has no end yet included.</summary>
    public IReadOnlyList<string> Last
    {
        get
        {
            Take();
            return [.. _lines];
        }
    }

    /// <summary>Takes bytes as they come; never throws.</summary>
    public void Read(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            if (b is (byte)'\n' or (byte)'\r') Take();
            else if (_length < MaxLineBytes) _line[_length++] = b;
        }
    }

    private void Take()
    {
        var bytes = _line.AsSpan(0, _length).Trim(" \t"u8);
        _length = 0;
        if (bytes.IsEmpty) return;
        // Control characters could steer a terminal; bytes above ASCII are somebody's UTF-8 cut anywhere.
        _lines.Enqueue(string.Create(bytes.Length, Encoding.Latin1.GetString(bytes), static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++) span[i] = source[i] is >= ' ' and <= '~' ? source[i] : '?';
        }));
        if (_lines.Count > MaxLines) _lines.Dequeue();
    }
}
