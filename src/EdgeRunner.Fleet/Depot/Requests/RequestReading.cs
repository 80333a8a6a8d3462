using EdgeRunner.Messaging.Transfer;

namespace EdgeRunner.Fleet.Depot.Requests;

/// <summary>What a message on a request topic turned out to be.</summary>
/// <param name="Device">Who asks, from the topic: the broker's rules let nobody else write there. Null when the topic is none.</param>
/// <param name="Id">Number of the request; 0 when none can be read, and then nothing can be answered.</param>
/// <param name="Request">The request, every field checked; null when it is not allowed.</param>
/// <param name="Problem">Why not, with what would be right; null when it is.</param>
internal readonly record struct RequestReading(string? Device, long Id, TransferRequest? Request, string? Problem);
