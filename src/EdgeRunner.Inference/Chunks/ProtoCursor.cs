using Google.Protobuf;

namespace EdgeRunner.Inference.Chunks;

/// <summary>Reads the keys and lengths of protobuf messages in a part of a file, and skips contents without reading them.</summary>
/// <param name="file">Seekable; its position is changed.</param>
/// <param name="start">Where the part begins.</param>
/// <param name="end">Where it ends; nothing behind it is looked at.</param>
internal sealed class ProtoCursor(Stream file, long start, long end)
{
    private readonly byte[] _buffer = new byte[4096];
    private long _bufferStart = start;
    private int _buffered;

    /// <summary>Where the next byte is read.</summary>
    internal long Position { get; private set; } = start;

    /// <summary>Reads the key of a field, and of a field of numbers also the number.</summary>
    /// <returns>Number of the field, and the length of its content when it has one: that is still to be entered, read or skipped.</returns>
    /// <exception cref="FormatException">Not protobuf, or the field reaches past <paramref name="messageEnd"/>.</exception>
    internal (int Field, long? Length) ReadField(long messageEnd)
    {
        var key = ReadVarint();
        if (key is 0 or > uint.MaxValue)
        {
            throw Damaged();
        }
        long? length = null;
        switch ((WireFormat.WireType)(key & 7))
        {
            case WireFormat.WireType.Varint: ReadVarint(); break;
            case WireFormat.WireType.Fixed64: Skip(8); break;
            case WireFormat.WireType.Fixed32: Skip(4); break;
            case WireFormat.WireType.LengthDelimited:
                var stated = ReadVarint();
                length = stated <= long.MaxValue && Position <= messageEnd && (long)stated <= messageEnd - Position ? (long)stated : throw Damaged();
                break;
            default: throw Damaged(); // groups, which onnx.proto does not use
        }
        return Position <= messageEnd ? ((int)(key >> 3), length) : throw Damaged();
    }

    internal void Skip(long bytes)
    {
        if (bytes < 0 || bytes > end - Position)
        {
            throw Damaged();
        }
        Position += bytes;
    }

    /// <summary>Reads a short text; one byte is one character.</summary>
    internal string ReadText(int bytes) => string.Create(bytes, this, static (text, cursor) =>
    {
        for (var i = 0; i < text.Length; i++)
        {
            text[i] = (char)cursor.ReadByte();
        }
    });

    internal static FormatException Damaged() => new("not a protobuf message");

    private ulong ReadVarint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = ReadByte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
        throw Damaged();
    }

    private byte ReadByte()
    {
        if (Position >= end)
        {
            throw Damaged();
        }
        if (Position < _bufferStart || Position >= _bufferStart + _buffered)
        {
            file.Position = _bufferStart = Position;
            _buffered = file.Read(_buffer, 0, (int)Math.Min(_buffer.Length, end - Position));
            if (_buffered == 0)
            {
                throw Damaged(); // somebody cut the file off meanwhile
            }
        }
        return _buffer[(int)(Position++ - _bufferStart)];
    }
}
