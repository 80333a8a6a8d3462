using EdgeRunner.Fleet.Depot.Files;
using EdgeRunner.Messaging.Transfer;

namespace EdgeRunner.Fleet.Depot.Answers;

/// <summary>The messages that answer one request, made one after the other as there is space for them. One thread at a time.</summary>
/// <param name="topic">The device's response topic.</param>
/// <param name="receivedAt">Timestamp of the request.</param>
internal abstract class Answer(string topic, long receivedAt)
{
    /// <summary>The device's response topic.</summary>
    internal string Topic => topic;

    /// <summary>Timestamp of the request: a device does not wait for ever.</summary>
    internal long ReceivedAt => receivedAt;

    /// <summary>A message was made already.</summary>
    internal bool HasBegun { get; private protected set; }

    /// <summary>Chunks that are still to be sent; what a device may have waiting is bounded.</summary>
    internal virtual int Chunks => 0;

    /// <summary>Makes the next message.</summary>
    /// <param name="message">Null when this step made none.</param>
    /// <returns>False when there is nothing more to do here.</returns>
    /// <exception cref="PublishedFileException">The answer cannot be made; it is over.</exception>
    internal abstract bool Advance(out OutgoingMessage? message);

    /// <summary>An answer in words.</summary>
    internal static OutgoingMessage Say(string topic, TransferStatus status, ushort retryAfterSeconds = 0, string text = "")
    {
        var payload = TransferResponse.Of(status, retryAfterSeconds, text);
        return new OutgoingMessage(topic, payload, payload.Length, OutgoingKind.Words);
    }
}
