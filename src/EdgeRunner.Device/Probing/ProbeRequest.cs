namespace EdgeRunner.Device.Probing;

/// <summary>What the parent writes to the child's standard input: one JSON object, then the end.</summary>
/// <param name="File">The bundle, as a full path.</param>
/// <param name="ParentProcessId">The child ends with this process.</param>
/// <param name="Limits">As asked for; the child decides the rest once it has read the bundle.</param>
/// <param name="OnnxRuntime">The library; null looks in the usual places.</param>
/// <param name="IntraOpThreads">As the daemon would run it.</param>
/// <param name="AllowSpinning">As the daemon would run it.</param>
/// <param name="Providers">Execution providers of the configuration; null leaves them to the bundle.</param>
internal sealed record ProbeRequest(
    string File, int ParentProcessId, ProbeLimits Limits, string? OnnxRuntime, int IntraOpThreads, bool AllowSpinning,
    IReadOnlyList<string>? Providers = null);
