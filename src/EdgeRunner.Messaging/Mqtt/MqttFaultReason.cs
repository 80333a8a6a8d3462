namespace EdgeRunner.Messaging.Mqtt;

/// <summary>Why a connection could not be made, or ended.</summary>
public enum MqttFaultReason
{
    /// <summary>The session was closed on purpose.</summary>
    Stopped,

    /// <summary>The name cannot be resolved.</summary>
    UnknownHost,

    /// <summary>Nothing listens at the port.</summary>
    ConnectionRefused,

    /// <summary>There is no way to the host.</summary>
    Unreachable,

    /// <summary>No answer in time.</summary>
    TimedOut,

    /// <summary>User name, password or certificate is not accepted by the broker.</summary>
    NotAuthorised,

    /// <summary>The broker's certificate is not trusted.</summary>
    BrokerNotTrusted,

    /// <summary>A TLS file cannot be used, or the handshake failed.</summary>
    Tls,

    /// <summary>The broker answered CONNECT with another refusal.</summary>
    RefusedByBroker,

    /// <summary>The broker ended the connection and said why.</summary>
    ClosedByBroker,

    /// <summary>The connection broke.</summary>
    Lost,

    /// <summary>A message or a ping was not acknowledged in time.</summary>
    NotAcknowledged,

    /// <summary>libmosquitto is missing or too old.</summary>
    LibraryMissing,

    /// <summary>A bug on our side; the log has the trace.</summary>
    Internal,
}
