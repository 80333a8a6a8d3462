using EdgeRunner.Messaging.Transfer;

namespace EdgeRunner.Device.Updates.Transports.Mqtt;

/// <summary>Who waits for the answers to a request. Called on the network thread.</summary>
internal interface IResponseReader
{
    /// <summary>An answer has come.</summary>
    /// <param name="id">Of the request.</param>
    /// <param name="header">Without its bytes.</param>
    /// <param name="bytes">Valid only during the call.</param>
    void OnResponse(long id, in TransferResponse header, ReadOnlySpan<byte> bytes);

    /// <summary>The connection has come up anew: what was on the way is lost.</summary>
    void OnReconnected();
}
