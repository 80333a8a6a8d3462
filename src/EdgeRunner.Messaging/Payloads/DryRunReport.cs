namespace EdgeRunner.Messaging.Payloads;

/// <summary>Answer to: could you take this release?</summary>
/// <param name="Version">The release's version.</param>
/// <param name="Ok">It could.</param>
/// <param name="Problems">Why not, one line each; empty when it could.</param>
/// <param name="BytesToMove">What would have to be fetched.</param>
public sealed record DryRunReport(string Version, bool Ok, IReadOnlyList<string> Problems, long BytesToMove);
