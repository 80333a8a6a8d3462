namespace EdgeRunner.ModelMutants;

/// <summary>A field of a protobuf message that can be changed and written again: the fields of messages this program knows, bytes otherwise.</summary>
internal sealed class ProtoField(int number, int wireType)
{
    internal const int Varint = 0;
    internal const int Bytes = 2;

    internal int Number { get; set; } = number;

    internal int WireType { get; } = wireType;

    /// <summary>Value of a varint.</summary>
    internal ulong Value { get; set; }

    /// <summary>Content of wire types 1, 2 and 5 that is no known message.</summary>
    internal byte[] Content { get; set; } = [];

    /// <summary>Fields of a known message; null for everything else.</summary>
    internal List<ProtoField>? Children { get; set; }

    /// <summary>Kind of the message that <see cref="Children"/> are of, and otherwise of the one this field stands in.</summary>
    internal ProtoKind Kind { get; init; }

    internal ProtoField Copy() => new(Number, WireType)
    {
        Value = Value, Content = [.. Content], Kind = Kind, Children = Children is null ? null : [.. Children.Select(child => child.Copy())],
    };

    /// <summary>Reads a message; null when it is none, which real files never are.</summary>
    internal static List<ProtoField>? Parse(ReadOnlySpan<byte> bytes, ProtoKind kind)
    {
        var fields = new List<ProtoField>();
        while (!bytes.IsEmpty)
        {
            if (!TryReadVarint(ref bytes, out var tag)) return null;
            var (number, wireType) = ((int)(tag >> 3), (int)(tag & 7));
            var inner = kind.Inner(number);
            var field = new ProtoField(number, wireType) { Kind = wireType == Bytes && inner != ProtoKind.Other ? inner : kind };
            var length = 0UL;
            if (wireType == Varint)
            {
                if (!TryReadVarint(ref bytes, out var value)) return null;
                field.Value = value;
            }
            else if (wireType is 1 or 5)
            {
                length = wireType == 1 ? 8UL : 4;
            }
            else if (wireType != Bytes || !TryReadVarint(ref bytes, out length))
            {
                return null;
            }

            if (length > (ulong)bytes.Length) return null;
            var content = bytes[..(int)length];
            bytes = bytes[(int)length..];
            if (wireType == Bytes && inner != ProtoKind.Other) field.Children = Parse(content, inner);
            if (field.Children is null) field.Content = content.ToArray();
            fields.Add(field);
        }

        return fields;
    }

    internal static byte[] Write(IEnumerable<ProtoField> fields)
    {
        var target = new List<byte>();
        foreach (var field in fields) field.WriteTo(target);
        return [.. target];
    }

    private void WriteTo(List<byte> target)
    {
        WriteVarint(target, ((ulong)Number << 3) | (uint)WireType);
        if (WireType == Varint)
        {
            WriteVarint(target, Value);
            return;
        }

        var content = Children is null ? Content : Write(Children);
        if (WireType == Bytes) WriteVarint(target, (ulong)content.Length);
        target.AddRange(content);
    }

    private static bool TryReadVarint(ref ReadOnlySpan<byte> bytes, out ulong value)
    {
        value = 0;
        for (var i = 0; i < Math.Min(10, bytes.Length); i++)
        {
            value |= (ulong)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] >= 0x80) continue;
            bytes = bytes[(i + 1)..];
            return true;
        }

        return false;
    }

    private static void WriteVarint(List<byte> target, ulong value)
    {
        for (; value >= 0x80; value >>= 7) target.Add((byte)(value | 0x80));
        target.Add((byte)value);
    }
}
