using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace EdgeRunner.Native.Mosquitto;

/// <remarks>The functions C calls. None lets an exception out: the first one is kept and thrown by <see cref="RunOnce"/>.</remarks>
public sealed unsafe partial class MosquittoClient
{
    private const int SessionPresentFlag = 1; // MQTT 5.0, 3.2.2.1.1

    private void SetCallbacks()
    {
        MosquittoNative.mosquitto_connect_v5_callback_set(_handle, &OnConnect);
        MosquittoNative.mosquitto_disconnect_v5_callback_set(_handle, &OnDisconnect);
        MosquittoNative.mosquitto_publish_v5_callback_set(_handle, &OnPublish);
        MosquittoNative.mosquitto_message_v5_callback_set(_handle, &OnMessage);
        MosquittoNative.mosquitto_subscribe_v5_callback_set(_handle, &OnSubscribe);
        MosquittoNative.mosquitto_unsubscribe_v5_callback_set(_handle, &OnUnsubscribe);
        MosquittoNative.mosquitto_log_callback_set(_handle, &OnLog);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnConnect(nint mosq, nint userdata, int reasonCode, int flags, nint properties)
    {
        if (Find(userdata) is not { } client) return;
        try
        {
            client._events.OnConnected(reasonCode, (flags & SessionPresentFlag) != 0, new(properties));
        }
        catch (Exception e) // nothing may unwind into C
        {
            client.Keep(e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnDisconnect(nint mosq, nint userdata, int code, nint properties)
    {
        if (Find(userdata) is not { } client) return;
        try
        {
            client._events.OnDisconnected(code);
        }
        catch (Exception e) // nothing may unwind into C
        {
            client.Keep(e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnPublish(nint mosq, nint userdata, int messageId, int reasonCode, nint properties)
    {
        if (Find(userdata) is not { } client) return;
        try
        {
            client._events.OnPublished(messageId, reasonCode, new(properties));
        }
        catch (Exception e) // nothing may unwind into C
        {
            client.Keep(e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnMessage(nint mosq, nint userdata, MosquittoNative.NativeMessage* message, nint properties)
    {
        if (Find(userdata) is not { } client) return;
        try
        {
            client._idleHangUps = 0;
            client._events.OnMessage(new(
                MemoryMarshal.CreateReadOnlySpanFromNullTerminated(message->Topic),
                new ReadOnlySpan<byte>(message->Payload, message->PayloadLength), message->Qos, message->Retain != 0, new(properties)));
        }
        catch (Exception e) // nothing may unwind into C
        {
            client.Keep(e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnSubscribe(nint mosq, nint userdata, int messageId, int count, int* granted, nint properties)
    {
        if (Find(userdata) is not { } client) return;
        try
        {
            client._events.OnSubscribed(messageId, count > 0 ? granted[0] : 128, new(properties));
        }
        catch (Exception e) // nothing may unwind into C
        {
            client.Keep(e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnUnsubscribe(nint mosq, nint userdata, int messageId, nint properties)
    {
        if (Find(userdata) is not { } client) return;
        try
        {
            client._events.OnUnsubscribed(messageId);
        }
        catch (Exception e) // nothing may unwind into C
        {
            client.Keep(e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnLog(nint mosq, nint userdata, int level, byte* text)
    {
        // One debug line for each packet: not worth a string.
        if (level == (int)MosquittoLogLevel.Debug || Find(userdata) is not { } client) return;
        try
        {
            client._events.OnLog((MosquittoLogLevel)level, MosquittoLibrary.Text(text));
        }
        catch (Exception e) // nothing may unwind into C
        {
            client.Keep(e);
        }
    }

    /// <summary>Without this OpenSSL asks for the key's password on the terminal, and a daemon waits for ever.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int RefuseKeyPassword(byte* buffer, int size, int forWriting, nint userdata) => -1;

    private static MosquittoClient? Find(nint userdata) => GCHandle.FromIntPtr(userdata).Target as MosquittoClient;

    private void Keep(Exception e) => _callbackFault ??= ExceptionDispatchInfo.Capture(e);
}
