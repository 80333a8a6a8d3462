namespace EdgeRunner.Benchmarks;

/// <summary>Of <c>transfer</c>.</summary>
/// <param name="Bytes">Length of the release.</param>
/// <param name="Chunks">Its chunks.</param>
/// <param name="Seconds">For each round: from the call to the file that is complete, flushed, and has the signed digest.</param>
/// <param name="BytesFetched">For each round: what was not here and came over the broker.</param>
/// <param name="IdlePssKilobytes">Before the first round, connected, metadata fetched.</param>
/// <param name="PeakPssKilobytes">Most during the rounds, looked at twenty times a second.</param>
/// <param name="AlarmsIdle">QoS 1 publishes on the main connection, from the call to PUBACK, while nothing is moved; null without alarms.</param>
/// <param name="AlarmsDuring">The same while a release is moved.</param>
/// <param name="RefreshMilliseconds">Metadata and index, from nothing.</param>
internal sealed record TransferResult(long Bytes, int Chunks, IReadOnlyList<double> Seconds, IReadOnlyList<long> BytesFetched, long IdlePssKilobytes, long PeakPssKilobytes,
    Quantiles? AlarmsIdle, Quantiles? AlarmsDuring, double RefreshMilliseconds);
