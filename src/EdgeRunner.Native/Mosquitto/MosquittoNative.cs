using System.Runtime.InteropServices;

namespace EdgeRunner.Native.Mosquitto;

/// <summary>The functions of <c>mosquitto.h</c> (2.0.11 and later 2.0 releases) that EdgeRunner calls, under their C names.</summary>
/// <seealso href="https://mosquitto.org/api/files/mosquitto-h.html"/>
internal static unsafe partial class MosquittoNative
{
    // The soname, not "mosquitto": the bare .so link exists only where the development package is installed.
    private const string Library = "libmosquitto.so.1";

    [LibraryImport(Library)]
    internal static partial int mosquitto_lib_init();

    [LibraryImport(Library)]
    internal static partial int mosquitto_lib_version(out int major, out int minor, out int revision);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint mosquitto_new(string id, byte cleanSession, nint userdata);

    [LibraryImport(Library)]
    internal static partial void mosquitto_destroy(nint mosq);

    [LibraryImport(Library)]
    internal static partial int mosquitto_threaded_set(MosquittoHandle mosq, byte threaded);

    [LibraryImport(Library)]
    internal static partial int mosquitto_int_option(MosquittoHandle mosq, int option, int value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mosquitto_username_pw_set(MosquittoHandle mosq, string? username, string? password);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mosquitto_tls_set(MosquittoHandle mosq, string? caFile, string? caPath, string? certificateFile,
        string? keyFile, delegate* unmanaged[Cdecl]<byte*, int, int, nint, int> passwordCallback);

    [LibraryImport(Library)]
    internal static partial int mosquitto_tls_insecure_set(MosquittoHandle mosq, byte value);

    // properties: the instance takes the list over when the call succeeds.
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mosquitto_will_set_v5(MosquittoHandle mosq, string topic, int payloadLength, byte* payload, int qos,
        byte retain, nint properties);

    // Blocks in getaddrinfo and connect(2); the TLS handshake and CONNACK happen in the loop.
    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mosquitto_connect_bind_v5(MosquittoHandle mosq, string host, int port, int keepAliveSeconds,
        string? bindAddress, nint properties);

    [LibraryImport(Library)]
    internal static partial int mosquitto_disconnect_v5(MosquittoHandle mosq, int reasonCode, nint properties);

    [LibraryImport(Library)]
    internal static partial int mosquitto_publish_v5(MosquittoHandle mosq, int* messageId, byte* topic, int payloadLength, byte* payload,
        int qos, byte retain, nint properties);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mosquitto_subscribe_v5(MosquittoHandle mosq, int* messageId, string filter, int qos, int options,
        nint properties);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mosquitto_unsubscribe_v5(MosquittoHandle mosq, int* messageId, string filter, nint properties);

    [LibraryImport(Library)]
    internal static partial int mosquitto_socket(MosquittoHandle mosq);

    [LibraryImport(Library)]
    internal static partial byte mosquitto_want_write(MosquittoHandle mosq);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int mosquitto_loop_read(MosquittoHandle mosq, int maxPackets);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int mosquitto_loop_write(MosquittoHandle mosq, int maxPackets);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int mosquitto_loop_misc(MosquittoHandle mosq);

    [LibraryImport(Library)]
    internal static partial void mosquitto_connect_v5_callback_set(MosquittoHandle mosq,
        delegate* unmanaged[Cdecl]<nint, nint, int, int, nint, void> callback);

    [LibraryImport(Library)]
    internal static partial void mosquitto_disconnect_v5_callback_set(MosquittoHandle mosq,
        delegate* unmanaged[Cdecl]<nint, nint, int, nint, void> callback);

    [LibraryImport(Library)]
    internal static partial void mosquitto_publish_v5_callback_set(MosquittoHandle mosq,
        delegate* unmanaged[Cdecl]<nint, nint, int, int, nint, void> callback);

    [LibraryImport(Library)]
    internal static partial void mosquitto_message_v5_callback_set(MosquittoHandle mosq,
        delegate* unmanaged[Cdecl]<nint, nint, NativeMessage*, nint, void> callback);

    [LibraryImport(Library)]
    internal static partial void mosquitto_subscribe_v5_callback_set(MosquittoHandle mosq,
        delegate* unmanaged[Cdecl]<nint, nint, int, int, int*, nint, void> callback);

    [LibraryImport(Library)]
    internal static partial void mosquitto_unsubscribe_v5_callback_set(MosquittoHandle mosq,
        delegate* unmanaged[Cdecl]<nint, nint, int, nint, void> callback);

    [LibraryImport(Library)]
    internal static partial void mosquitto_log_callback_set(MosquittoHandle mosq,
        delegate* unmanaged[Cdecl]<nint, nint, int, byte*, void> callback);

    [LibraryImport(Library)]
    internal static partial byte* mosquitto_strerror(int error);

    [LibraryImport(Library)]
    internal static partial byte* mosquitto_reason_string(int reasonCode);

    /// <summary><c>struct mosquitto_message</c>; the library owns the memory, which is valid during the callback only.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct NativeMessage
    {
        internal int MessageId;
        internal byte* Topic;
        internal byte* Payload;
        internal int PayloadLength;
        internal int Qos;
        internal byte Retain;
    }
}
