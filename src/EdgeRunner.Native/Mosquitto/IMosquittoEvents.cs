namespace EdgeRunner.Native.Mosquitto;

/// <summary>What a <see cref="MosquittoClient"/> tells its owner. Every call comes from inside one of its own methods, on the thread
/// that called it. An exception thrown here is kept away from C and comes out of <see cref="MosquittoClient.RunOnce"/>.</summary>
public interface IMosquittoEvents
{
    /// <summary>CONNACK.</summary>
    /// <param name="reasonCode">0 accepted; 128 and up refused, and the connection ends by itself.</param>
    /// <param name="sessionPresent">The broker still has the session, subscriptions included.</param>
    /// <param name="properties">Of the CONNACK.</param>
    void OnConnected(int reasonCode, bool sessionPresent, MosquittoPropertyReader properties);

    /// <summary>The connection is gone.</summary>
    /// <param name="code">128 and up: reason code of the broker's DISCONNECT; below: a <see cref="MosquittoError"/>.</param>
    void OnDisconnected(int code);

    /// <summary>QoS 0: written to the socket. QoS 1: PUBACK.</summary>
    /// <param name="messageId">As handed out by <see cref="MosquittoClient.Publish"/>.</param>
    /// <param name="reasonCode">128 and up: refused.</param>
    /// <param name="properties">Of the PUBACK.</param>
    void OnPublished(int messageId, int reasonCode, MosquittoPropertyReader properties);

    /// <summary>A message arrived; QoS 1 is acknowledged already.</summary>
    void OnMessage(in MosquittoMessage message);

    /// <summary>SUBACK.</summary>
    /// <param name="messageId">As handed out by <see cref="MosquittoClient.Subscribe"/>.</param>
    /// <param name="reasonCode">0 to 2: granted quality of service; 128 and up: refused.</param>
    /// <param name="properties">Of the SUBACK.</param>
    void OnSubscribed(int messageId, int reasonCode, MosquittoPropertyReader properties);

    /// <summary>UNSUBACK. Its reason code does not come through the C API.</summary>
    void OnUnsubscribed(int messageId);

    /// <summary>A line from the library; never a secret.</summary>
    void OnLog(MosquittoLogLevel level, string text);
}
