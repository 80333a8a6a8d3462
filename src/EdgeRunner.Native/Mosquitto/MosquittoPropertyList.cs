using System.Runtime.InteropServices;

namespace EdgeRunner.Native.Mosquitto;

/// <summary>Owns a <c>mosquitto_property*</c> list that is being written. Not thread-safe.</summary>
public sealed unsafe class MosquittoPropertyList() : SafeHandle(0, ownsHandle: true)
{
    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>Adds a one-byte property.</summary>
    /// <exception cref="MosquittoException">The property is not of this type.</exception>
    public void AddByte(MosquittoProperty property, byte value)
        => Check(MosquittoNative.mosquitto_property_add_byte(ref handle, (int)property, value), property);

    /// <summary>Adds a two-byte property.</summary>
    /// <exception cref="MosquittoException">The property is not of this type.</exception>
    public void AddInt16(MosquittoProperty property, ushort value)
        => Check(MosquittoNative.mosquitto_property_add_int16(ref handle, (int)property, value), property);

    /// <summary>Adds a four-byte property.</summary>
    /// <exception cref="MosquittoException">The property is not of this type.</exception>
    public void AddInt32(MosquittoProperty property, uint value)
        => Check(MosquittoNative.mosquitto_property_add_int32(ref handle, (int)property, value), property);

    /// <summary>Adds a text of at most 65 535 bytes of UTF-8.</summary>
    /// <exception cref="MosquittoException">The property is not of this type, or the text is too long.</exception>
    public void AddString(MosquittoProperty property, string value)
        => Check(MosquittoNative.mosquitto_property_add_string(ref handle, (int)property, value), property);

    /// <summary>Adds a pair of texts.</summary>
    /// <exception cref="MosquittoException">A text is too long.</exception>
    public void AddUserProperty(string name, string value) => Check(
        MosquittoNative.mosquitto_property_add_string_pair(ref handle, (int)MosquittoProperty.UserProperty, name, value),
        MosquittoProperty.UserProperty);

    /// <summary>Adds bytes, which are copied; at most 65 535.</summary>
    /// <exception cref="MosquittoException">The property is not of this type.</exception>
    public void AddBinary(MosquittoProperty property, ReadOnlySpan<byte> value)
    {
        if (value.Length > ushort.MaxValue)
        {
            throw new MosquittoException($"property {property}", MosquittoError.InvalidArgument,
                detail: $"{value.Length} bytes, at most 65535 are allowed");
        }

        fixed (byte* bytes = value)
        {
            Check(MosquittoNative.mosquitto_property_add_binary(ref handle, (int)property, bytes, (ushort)value.Length), property);
        }
    }

    /// <summary>The list, for the length of one call; 0 when it is empty.</summary>
    internal nint Pointer => handle;

    /// <summary>Says that the library took the list over.</summary>
    internal void GiveAway() => SetHandle(0);

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        var list = handle;
        MosquittoNative.mosquitto_property_free_all(&list);
        return true;
    }

    private static void Check(int result, MosquittoProperty property)
    {
        if (result != 0) throw new MosquittoException($"property {property}", (MosquittoError)result);
    }
}
