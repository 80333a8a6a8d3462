namespace EdgeRunner.Fleet.Depot.Answers;

/// <summary>One message that is ready to be sent.</summary>
/// <param name="Topic">Where to.</param>
/// <param name="Buffer">Its first <paramref name="Length"/> bytes are the payload.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Kind">What it is, for the counters and for <paramref name="Buffer"/>.</param>
internal readonly record struct OutgoingMessage(string Topic, byte[] Buffer, int Length, OutgoingKind Kind)
{
    /// <summary>The payload.</summary>
    internal ReadOnlyMemory<byte> Payload => Buffer.AsMemory(0, Length);

    /// <summary>Bytes that it takes while it waits for the socket; small ones take more than their payload.</summary>
    internal long Cost => Length + 1024;
}
