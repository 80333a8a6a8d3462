using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace EdgeRunner.Native.Mosquitto;

public sealed unsafe partial class MosquittoClient
{
    private const short PollIn = 1;
    private const short PollOut = 4;
    private const short PollError = 8;
    private const short PollHangUp = 16;
    private const int InterruptedCall = 4; // EINTR

    // A socket that stays hung up while the library reports success: an OpenSSL handshake that failed in a system call looks like that
    // (net__socket_connect_tls takes SSL_ERROR_SYSCALL for progress) and would spin until the keep-alive ends it.
    private const int MaxIdleHangUps = 64;

    private int _idleHangUps;
    private ExceptionDispatchInfo? _callbackFault;

    /// <summary>Ends the wait of the current or the next <see cref="RunOnce"/>. Thread-safe; harmless after <see cref="Dispose"/>.</summary>
    public void Wake()
    {
        try
        {
            _wake.Set();
        }
        catch (ObjectDisposedException)
        {
            // The loop has ended: nobody is left to wake.
        }
    }

    /// <summary>Writes what is queued, waits for traffic, a <see cref="Wake"/> or the time-out, reads, and keeps the connection alive.</summary>
    /// <param name="timeoutMilliseconds">At most 1000, so that keep-alive works; 0 does not wait.</param>
    /// <returns><see cref="MosquittoError.Success"/> while the connection lives; anything else ends it.</returns>
    /// <exception cref="Exception">Whatever a callback threw.</exception>
    public MosquittoError RunOnce(int timeoutMilliseconds)
    {
        var result = RunOnceCore(timeoutMilliseconds);
        if (_callbackFault is { } fault)
        {
            _callbackFault = null;
            fault.Throw();
        }

        return result;
    }

    /// <summary>Hands a message to the library, which copies it. It is written by <see cref="RunOnce"/>.</summary>
    /// <param name="topic">UTF-8 with a terminating zero.</param>
    /// <param name="payload">Copied.</param>
    /// <param name="qos">0 or 1.</param>
    /// <param name="retain">The broker keeps it.</param>
    /// <param name="properties">Copied; null for none.</param>
    /// <param name="messageId">1 to 65 535; comes back in <see cref="IMosquittoEvents.OnPublished"/>.</param>
    public MosquittoError Publish(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, int qos, bool retain,
        MosquittoPropertyList? properties, out int messageId)
    {
        int id = 0;
        MosquittoError result;
        if (topic.IsEmpty || topic[^1] != 0) throw new ArgumentException("the topic must end with a zero byte", nameof(topic));
        fixed (byte* topicBytes = topic)
        fixed (byte* payloadBytes = payload)
        {
            result = (MosquittoError)MosquittoNative.mosquitto_publish_v5(_handle, &id, topicBytes, payload.Length, payloadBytes, qos,
                retain ? (byte)1 : (byte)0, properties?.Pointer ?? 0);
        }

        messageId = id;
        return result;
    }

    /// <summary>Asks for a subscription; the answer is <see cref="IMosquittoEvents.OnSubscribed"/>.</summary>
    /// <param name="filter">Topic filter.</param>
    /// <param name="qos">0 or 1.</param>
    /// <param name="options"><c>MQTT_SUB_OPT_*</c>: 4 no local, 8 retain as published, 0x10 retained only if new, 0x20 retained never.</param>
    /// <param name="messageId">1 to 65 535.</param>
    public MosquittoError Subscribe(string filter, int qos, int options, out int messageId)
    {
        int id = 0;
        var result = (MosquittoError)MosquittoNative.mosquitto_subscribe_v5(_handle, &id, filter, qos, options, 0);
        messageId = id;
        return result;
    }

    /// <summary>Ends a subscription; the answer is <see cref="IMosquittoEvents.OnUnsubscribed"/>.</summary>
    public MosquittoError Unsubscribe(string filter, out int messageId)
    {
        int id = 0;
        var result = (MosquittoError)MosquittoNative.mosquitto_unsubscribe_v5(_handle, &id, filter, 0);
        messageId = id;
        return result;
    }

    /// <summary>Queues DISCONNECT; <see cref="RunOnce"/> writes it and then closes the socket.</summary>
    /// <param name="reasonCode">0: normal, the broker discards the last will.</param>
    public MosquittoError Disconnect(int reasonCode) => (MosquittoError)MosquittoNative.mosquitto_disconnect_v5(_handle, reasonCode, 0);

    private MosquittoError RunOnceCore(int timeoutMilliseconds)
    {
        int result;
        if (MosquittoNative.mosquitto_want_write(_handle) != 0)
        {
            result = MosquittoNative.mosquitto_loop_write(_handle, 1);
            if (result != 0) return (MosquittoError)result;
        }

        var socket = MosquittoNative.mosquitto_socket(_handle);
        if (socket < 0) return MosquittoError.NoConnection;

        var wantWrite = MosquittoNative.mosquitto_want_write(_handle) != 0;
        var polled = stackalloc PollDescriptor[2];
        polled[0] = new() { Descriptor = socket, Events = wantWrite ? (short)(PollIn | PollOut) : PollIn };
        polled[1] = new() { Descriptor = (int)_wake.DangerousGetHandle(), Events = PollIn };
        if (poll(polled, 2, timeoutMilliseconds) < 0 && Marshal.GetLastPInvokeError() != InterruptedCall) return MosquittoError.Errno;

        if (polled[1].Returned != 0) _wake.Clear();
        if (polled[0].Returned != 0)
        {
            // Also when only writable: a TLS handshake goes on in loop_read, whichever way it waits.
            result = MosquittoNative.mosquitto_loop_read(_handle, 1);
            if (result != 0) return (MosquittoError)result;
            if ((polled[0].Returned & (PollError | PollHangUp)) == 0) _idleHangUps = 0;
            else if (++_idleHangUps > MaxIdleHangUps) return MosquittoError.ConnectionLost;
        }

        return (MosquittoError)MosquittoNative.mosquitto_loop_misc(_handle);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int poll(PollDescriptor* descriptors, nuint count, int timeoutMilliseconds);

    /// <summary><c>struct pollfd</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
