using System.Text.Json;

namespace EdgeRunner.Benchmarks;

/// <summary>What a whole run of <c>scripts/bench.sh</c> found.</summary>
/// <param name="Engine">The engine against the C loop, by model.</param>
/// <param name="Daemon">Start-up, memory and window-to-decision time of the native binary, by configuration.</param>
internal sealed record BenchmarkResult(IReadOnlyList<EngineResult> Engine, IReadOnlyList<DaemonResult> Daemon);

/// <summary>One model. Ratios are medians over the rounds of engine / C in the same round, so that what else the machine did weighs little.</summary>
/// <param name="Model">Name.</param>
/// <param name="Rounds">Pairs of processes.</param>
/// <param name="CP50Ns">Median of the rounds' medians in C.</param>
/// <param name="EngineP50Ns">The same for the engine.</param>
/// <param name="P50Ratio">Bar: 1.05.</param>
/// <param name="P99Ratio">Bar: 1.10.</param>
/// <param name="P999Ratio">No bar.</param>
/// <param name="AllocatedBytesPerRun">The worst round. Bar: 0.</param>
/// <param name="SameOutput">Whether both sides computed the same in every round.</param>
/// <param name="All">Every round, C and engine in turn.</param>
internal sealed record EngineResult(
    string Model, int Rounds, double CP50Ns, double EngineP50Ns, double P50Ratio, double P99Ratio, double P999Ratio, double AllocatedBytesPerRun, bool SameOutput, IReadOnlyList<Round> All);

/// <summary>One configuration of the daemon; medians over its runs.</summary>
/// <param name="Configuration">Name.</param>
/// <param name="Runs">Processes.</param>
/// <param name="ReadyMs">From starting the process to its <c>READY=1</c>, in milliseconds.</param>
/// <param name="PssBytes">Proportional set size while it works.</param>
/// <param name="Pipelines">The last run's pipelines as <c>status --json</c> has them; its latencies run from window complete to decision taken.</param>
internal sealed record DaemonResult(string Configuration, int Runs, double ReadyMs, double PssBytes, JsonElement? Pipelines);

/// <summary>One start of the daemon.</summary>
internal sealed record DaemonStart(double ReadyMs, long PssBytes, int ExitCode);
