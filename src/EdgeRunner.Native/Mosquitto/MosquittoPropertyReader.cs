using System.Runtime.InteropServices;

namespace EdgeRunner.Native.Mosquitto;

/// <summary>Reads the properties of a packet. Valid only during the callback that hands it out.</summary>
public readonly unsafe ref struct MosquittoPropertyReader
{
    private readonly nint _list;

    internal MosquittoPropertyReader(nint list) => _list = list;

    /// <summary>True when the packet has no property at all.</summary>
    public bool IsEmpty => _list == 0;

    /// <summary>The value of a one-byte property, or null when it is absent.</summary>
    public byte? ReadByte(MosquittoProperty property)
    {
        byte value;
        return _list != 0 && MosquittoNative.mosquitto_property_read_byte(_list, (int)property, &value, 0) != 0 ? value : null;
    }

    /// <summary>The value of a two-byte property, or null when it is absent.</summary>
    public ushort? ReadInt16(MosquittoProperty property)
    {
        ushort value;
        return _list != 0 && MosquittoNative.mosquitto_property_read_int16(_list, (int)property, &value, 0) != 0 ? value : null;
    }

    /// <summary>The value of a four-byte property, or null when it is absent.</summary>
    public uint? ReadInt32(MosquittoProperty property)
    {
        uint value;
        return _list != 0 && MosquittoNative.mosquitto_property_read_int32(_list, (int)property, &value, 0) != 0 ? value : null;
    }

    /// <summary>The text of a property, or null when it is absent.</summary>
    public string? ReadString(MosquittoProperty property)
    {
        byte* value = null;
        if (_list == 0 || MosquittoNative.mosquitto_property_read_string(_list, (int)property, &value, 0) == 0) return null;
        return TakeText(value);
    }

    /// <summary>A copy of the bytes of a property, or null when it is absent.</summary>
    public byte[]? ReadBinary(MosquittoProperty property)
    {
        byte* value = null;
        ushort length;
        if (_list == 0 || MosquittoNative.mosquitto_property_read_binary(_list, (int)property, &value, &length, 0) == 0) return null;
        try
        {
            return new ReadOnlySpan<byte>(value, length).ToArray();
        }
        finally
        {
            NativeMemory.Free(value);
        }
    }

    /// <summary>All user properties in the order of the packet; empty when there is none.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> ReadUserProperties()
    {
        List<KeyValuePair<string, string>>? pairs = null;
        var position = _list;
        byte skipFirst = 0;
        while (position != 0)
        {
            byte* name = null;
            byte* value = null;
            position = MosquittoNative.mosquitto_property_read_string_pair(position, (int)MosquittoProperty.UserProperty, &name, &value, skipFirst);
            if (position == 0) break;
            (pairs ??= []).Add(new(TakeText(name), TakeText(value)));
            skipFirst = 1;
        }

        return pairs ?? (IReadOnlyList<KeyValuePair<string, string>>)[];
    }

    private static string TakeText(byte* utf8)
    {
        try
        {
            return MosquittoLibrary.Text(utf8);
        }
        finally
        {
            NativeMemory.Free(utf8);
        }
    }
}
