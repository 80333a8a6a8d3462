using System.Runtime.InteropServices;

namespace EdgeRunner.Native.Mosquitto;

/// <summary>MQTT 5 property lists. A list is a pointer to its first element; adding to an empty list changes that pointer.</summary>
/// <seealso href="https://mosquitto.org/api/files/mosquitto-h.html#mosquitto_property_add_byte"/>
internal static unsafe partial class MosquittoNative
{
    [LibraryImport(Library)]
    internal static partial int mosquitto_property_add_byte(ref nint list, int identifier, byte value);

    [LibraryImport(Library)]
    internal static partial int mosquitto_property_add_int16(ref nint list, int identifier, ushort value);

    [LibraryImport(Library)]
    internal static partial int mosquitto_property_add_int32(ref nint list, int identifier, uint value);

    [LibraryImport(Library)]
    internal static partial int mosquitto_property_add_varint(ref nint list, int identifier, uint value);

    [LibraryImport(Library)]
    internal static partial int mosquitto_property_add_binary(ref nint list, int identifier, byte* value, ushort length);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mosquitto_property_add_string(ref nint list, int identifier, string value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mosquitto_property_add_string_pair(ref nint list, int identifier, string name, string value);

    [LibraryImport(Library)]
    internal static partial void mosquitto_property_free_all(nint* list);

    [LibraryImport(Library)]
    internal static partial nint mosquitto_property_read_byte(nint list, int identifier, byte* value, byte skipFirst);

    [LibraryImport(Library)]
    internal static partial nint mosquitto_property_read_int16(nint list, int identifier, ushort* value, byte skipFirst);

    [LibraryImport(Library)]
    internal static partial nint mosquitto_property_read_int32(nint list, int identifier, uint* value, byte skipFirst);

    // The three below hand out malloc'ed copies, which the caller frees with free(3).
    [LibraryImport(Library)]
    internal static partial nint mosquitto_property_read_binary(nint list, int identifier, byte** value, ushort* length, byte skipFirst);

    [LibraryImport(Library)]
    internal static partial nint mosquitto_property_read_string(nint list, int identifier, byte** value, byte skipFirst);

    [LibraryImport(Library)]
    internal static partial nint mosquitto_property_read_string_pair(nint list, int identifier, byte** name, byte** value, byte skipFirst);
}
