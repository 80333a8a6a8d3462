using System.Security.Cryptography;

namespace EdgeRunner.Device.Updates.Transports.Mqtt;

/// <summary>Numbers for requests. They begin at a random place at each start of the daemon, so that an answer to a question of an earlier life is not taken for one of this. Thread-safe.</summary>
internal sealed class RequestIds
{
    // 2^53 is the largest (TransferRequest.Id). 2^32 starts, 2^20 requests apart from the next one: 64 GiB in requests of one small chunk.
    private long _last = ((long)(uint)RandomNumberGenerator.GetInt32(int.MinValue, int.MaxValue) << 20) + 1;

    /// <summary>The next one; 1 to 2^53.</summary>
    internal long Next() => Interlocked.Increment(ref _last);
}
