using System.Runtime.InteropServices;

namespace EdgeRunner.Native.Mosquitto;

/// <summary>One libmosquitto instance that speaks MQTT 5: thin calls and no policy. Make a new one for each connection.</summary>
/// <remarks>
/// Everything but <see cref="Wake"/> belongs to one thread, which calls <see cref="RunOnce"/> again and again. The library's own thread
/// is not used: in 2.0.11 it reconnects by itself, races with publishers over the message id and the socket, and its <c>select</c> fails
/// for descriptors of 1024 and up.
/// </remarks>
public sealed unsafe partial class MosquittoClient : IDisposable
{
    private const int OptionProtocolVersion = 1;  // MOSQ_OPT_PROTOCOL_VERSION
    private const int OptionReceiveMaximum = 4;   // MOSQ_OPT_RECEIVE_MAXIMUM
    private const int OptionSendMaximum = 5;      // MOSQ_OPT_SEND_MAXIMUM
    private const int OptionTcpNoDelay = 11;      // MOSQ_OPT_TCP_NODELAY
    private const int OptionUseSystemTrust = 13;  // MOSQ_OPT_TLS_USE_OS_CERTS
    private const int ProtocolVersion5 = 5;

    private readonly MosquittoHandle _handle = new();
    private readonly WakeEvent _wake = new();
    private readonly IMosquittoEvents _events;
    private GCHandle _self;

    /// <summary>Makes an instance that is not connected.</summary>
    /// <param name="clientId">Not empty; UTF-8 of at most 65 535 bytes.</param>
    /// <param name="cleanStart">Discard the session that the broker may hold.</param>
    /// <param name="events">Called from inside the methods of this object.</param>
    /// <exception cref="MosquittoException">The library is missing, or the client id is not allowed.</exception>
    public MosquittoClient(string clientId, bool cleanStart, IMosquittoEvents events)
    {
        _ = MosquittoLibrary.Version;
        _events = events;
        // Weak: a client nobody disposes can still be collected, and its handles are then released by their finalizers.
        _self = GCHandle.Alloc(this, GCHandleType.Weak);
        var instance = MosquittoNative.mosquitto_new(clientId, cleanStart ? (byte)1 : (byte)0, GCHandle.ToIntPtr(_self));
        if (instance == 0)
        {
            Dispose();
            throw new MosquittoException(nameof(MosquittoNative.mosquitto_new), MosquittoError.InvalidArgument,
                detail: $"client id '{clientId}' is not allowed");
        }

        _handle.Own(instance);
        SetOption(OptionProtocolVersion, ProtocolVersion5);
        SetOption(OptionTcpNoDelay, 1);
        SetOption(OptionSendMaximum, 0); // 65 535: the caller limits what is in flight
        // Threaded: publish only queues the packet, and all writing happens in RunOnce.
        Check(MosquittoNative.mosquitto_threaded_set(_handle, 1), nameof(MosquittoNative.mosquitto_threaded_set));
        SetCallbacks();
    }

    /// <summary>True while there is a socket.</summary>
    public bool HasSocket => MosquittoNative.mosquitto_socket(_handle) >= 0;

    /// <summary>Sets user name and password. Both null: none.</summary>
    /// <exception cref="MosquittoException">A text is not allowed.</exception>
    public void SetCredentials(string? userName, string? password) => Check(
        MosquittoNative.mosquitto_username_pw_set(_handle, userName, password), nameof(MosquittoNative.mosquitto_username_pw_set));

    /// <summary>Switches TLS 1.2 or later on.</summary>
    /// <exception cref="MosquittoException">A file cannot be read.</exception>
    public void SetTls(MosquittoTls tls)
    {
        if (tls.CaFile is null)
        {
            SetOption(OptionUseSystemTrust, 1);
        }

        if (tls.CaFile is not null || tls.CertificateFile is not null)
        {
            // With the system's trust store the library wants a directory all the same; the store's own is the harmless one.
            Check(MosquittoNative.mosquitto_tls_set(_handle, tls.CaFile, tls.CaFile is null ? "/etc/ssl/certs" : null,
                tls.CertificateFile, tls.KeyFile, &RefuseKeyPassword), nameof(MosquittoNative.mosquitto_tls_set));
        }

        Check(MosquittoNative.mosquitto_tls_insecure_set(_handle, tls.SkipHostNameCheck ? (byte)1 : (byte)0),
            nameof(MosquittoNative.mosquitto_tls_insecure_set));
    }

    /// <summary>Sets the last will, which the broker publishes when this connection ends without a DISCONNECT.</summary>
    /// <param name="topic">Without wildcards.</param>
    /// <param name="payload">Copied.</param>
    /// <param name="qos">0 to 2.</param>
    /// <param name="retain">The broker keeps it.</param>
    /// <param name="properties">Taken over when the call succeeds; null for none.</param>
    /// <exception cref="MosquittoException">The topic or a property is not allowed.</exception>
    public void SetWill(string topic, ReadOnlySpan<byte> payload, int qos, bool retain, MosquittoPropertyList? properties)
    {
        fixed (byte* bytes = payload)
        {
            Check(MosquittoNative.mosquitto_will_set_v5(_handle, topic, payload.Length, bytes, qos, retain ? (byte)1 : (byte)0,
                properties?.Pointer ?? 0), nameof(MosquittoNative.mosquitto_will_set_v5));
        }

        properties?.GiveAway();
    }

    /// <summary>Limits the QoS 1 messages that the broker may send before they are acknowledged; 1 to 65 535.</summary>
    public void SetReceiveMaximum(int messages) => SetOption(OptionReceiveMaximum, messages);

    /// <summary>Opens the TCP connection and queues CONNECT; CONNACK arrives in <see cref="IMosquittoEvents.OnConnected"/>.</summary>
    /// <param name="host">Name or address.</param>
    /// <param name="port">1 to 65 535.</param>
    /// <param name="keepAliveSeconds">5 to 65 535, or 0 for none.</param>
    /// <param name="properties">Of the CONNECT; copied; null for none.</param>
    /// <remarks>Blocks as long as the kernel tries, about two minutes for a host that swallows packets.</remarks>
    /// <exception cref="MosquittoException">No connection; <see cref="MosquittoException.SystemError"/> says why.</exception>
    public void Connect(string host, int port, int keepAliveSeconds, MosquittoPropertyList? properties)
    {
        var result = (MosquittoError)MosquittoNative.mosquitto_connect_bind_v5(_handle, host, port, keepAliveSeconds, null, properties?.Pointer ?? 0);
        var systemError = result is MosquittoError.Errno or MosquittoError.NameResolution ? Marshal.GetLastPInvokeError() : 0;
        if (result != MosquittoError.Success)
            throw new MosquittoException(nameof(MosquittoNative.mosquitto_connect_bind_v5), result, systemError);
    }

    /// <summary>Frees the instance. An open connection is cut, so the broker publishes the last will.</summary>
    public void Dispose()
    {
        _handle.Dispose();
        _wake.Dispose();
        if (_self.IsAllocated) _self.Free();
    }

    private static void Check(int result, string function)
    {
        if (result != 0) throw new MosquittoException(function, (MosquittoError)result);
    }

    private void SetOption(int option, int value)
        => Check(MosquittoNative.mosquitto_int_option(_handle, option, value), nameof(MosquittoNative.mosquitto_int_option));
}
