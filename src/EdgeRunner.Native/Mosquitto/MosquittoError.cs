namespace EdgeRunner.Native.Mosquitto;

/// <summary>Result of a libmosquitto call. The numbers are those of <c>enum mosq_err_t</c> in <c>mosquitto.h</c>.</summary>
public enum MosquittoError
{
    /// <summary>Done.</summary>
    Success = 0,

    /// <summary>Out of memory.</summary>
    OutOfMemory = 1,

    /// <summary>The broker broke the protocol, or refused with a reason code that came in a callback.</summary>
    Protocol = 2,

    /// <summary>An argument is not allowed.</summary>
    InvalidArgument = 3,

    /// <summary>There is no connection.</summary>
    NoConnection = 4,

    /// <summary>The broker refused the connection.</summary>
    ConnectionRefused = 5,

    /// <summary>Not found.</summary>
    NotFound = 6,

    /// <summary>The connection was lost.</summary>
    ConnectionLost = 7,

    /// <summary>TLS failed; the log callback has OpenSSL's words.</summary>
    Tls = 8,

    /// <summary>The payload is larger than MQTT allows (268 435 455 bytes).</summary>
    PayloadSize = 9,

    /// <summary>This build of the library cannot do it.</summary>
    NotSupported = 10,

    /// <summary>Authentication failed.</summary>
    Authentication = 11,

    /// <summary>The access list denies it.</summary>
    AccessDenied = 12,

    /// <summary>Unknown.</summary>
    Unknown = 13,

    /// <summary>A system call failed; see the errno that comes with it.</summary>
    Errno = 14,

    /// <summary>Name resolution failed; the number that comes with it is from <c>getaddrinfo</c>.</summary>
    NameResolution = 15,

    /// <summary>The text is not valid UTF-8.</summary>
    MalformedUtf8 = 18,

    /// <summary>The broker did not answer pings.</summary>
    KeepAlive = 19,

    /// <summary>Name look-up failed.</summary>
    Lookup = 20,

    /// <summary>A packet could not be read.</summary>
    MalformedPacket = 21,

    /// <summary>The TLS handshake failed.</summary>
    TlsHandshake = 23,

    /// <summary>The broker does not do this quality of service.</summary>
    QosNotSupported = 24,

    /// <summary>The packet is larger than the broker accepts.</summary>
    OversizePacket = 25,

    /// <summary>A time-out.</summary>
    Timeout = 27,
}
