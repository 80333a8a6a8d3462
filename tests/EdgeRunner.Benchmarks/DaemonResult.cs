namespace EdgeRunner.Benchmarks;

/// <summary>Of <c>daemon</c>: one entry for each start.</summary>
/// <param name="ReadyMilliseconds">Just before the program is started, to <c>READY=1</c> on its notify socket.</param>
/// <param name="PssKilobytes">From <c>smaps_rollup</c>, after the settling time.</param>
/// <param name="AnonymousKilobytes">The part of it that is no file: heaps, stacks, written data.</param>
/// <param name="StopMilliseconds">SIGTERM to the end of the process.</param>
internal sealed record DaemonResult(
    IReadOnlyList<double> ReadyMilliseconds, IReadOnlyList<long> PssKilobytes, IReadOnlyList<long> AnonymousKilobytes, IReadOnlyList<double> StopMilliseconds);
