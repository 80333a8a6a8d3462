using EdgeRunner.Device.Decisions;
using EdgeRunner.Device.Guards;

namespace EdgeRunner.Device.Pipelines;

/// <summary>What one version of a model has done in one pipeline since it began to serve there: what a trial looks at, and what the next version is compared
/// with.</summary>
/// <remarks>Written by the pipeline's thread, which allocates nothing for it; read by any.</remarks>
/// <param name="model">Name of the model.</param>
/// <param name="version">Its version.</param>
/// <param name="sha256">Digest of its bundle.</param>
/// <param name="labels">Labels of the pipeline's decision.</param>
internal sealed class ServingObservation(string model, string version, string sha256, IReadOnlyList<string> labels)
{
    private readonly long[] _faults = new long[FaultKinds.Count];
    private readonly long[] _labelCounts = new long[labels.Count + 1]; // the last: no label
    private long _windows;
    private long _late;
    private string? _offReason;

    /// <summary>Name of the model.</summary>
    public string Model { get; } = model;

    /// <summary>Its version.</summary>
    public string Version { get; } = version;

    /// <summary>Digest of its bundle.</summary>
    public string Sha256 { get; } = sha256;

    /// <summary>Labels of the decision.</summary>
    public IReadOnlyList<string> Labels { get; } = labels;

    /// <summary>Windows given to it.</summary>
    public long Windows => Volatile.Read(ref _windows);

    /// <summary>Windows that got a decision, but later than the pipeline's deadline.</summary>
    public long Late => Volatile.Read(ref _late);

    /// <summary>Windows without a good decision in time.</summary>
    public long Bad
    {
        get
        {
            var bad = Late;
            for (var kind = 0; kind < _faults.Length; kind++) bad += Volatile.Read(ref _faults[kind]);
            return bad;
        }
    }

    /// <summary>Why the guard has turned it off; null when it never did.</summary>
    public string? OffReason => Volatile.Read(ref _offReason);

    /// <summary>Time from a window being complete to its decision, of windows that got one.</summary>
    public LatencyHistogram Latency { get; } = new();

    /// <summary>Scores of the decisions.</summary>
    public ScoreHistogram Scores { get; } = new();

    /// <summary>Windows with a fault of that kind.</summary>
    public long Faults(FaultKind kind) => Volatile.Read(ref _faults[(int)kind]);

    /// <summary>Windows by their label, in the order of <see cref="Labels"/>; the last number is those without one.</summary>
    public long[] LabelCounts() => [.. _labelCounts];

    /// <summary>Takes one window. The pipeline's thread.</summary>
    public void Count(in Decision decision, FaultKind fault, long latencyNanoseconds, bool isLate)
    {
        if (fault != FaultKind.None)
        {
            Bump(ref _faults[(int)fault]);
        }
        else
        {
            if (isLate) Bump(ref _late);
            Latency.Record(latencyNanoseconds);
            Scores.Record(decision.Score);
            Bump(ref _labelCounts[decision.IsActive ? decision.Label : ^1]);
        }

        Bump(ref _windows); // Last, so that who sees a window sees what became of it.
    }

    /// <summary>The guard turns it off. The pipeline's thread.</summary>
    public void TurnOff(string reason) => Volatile.Write(ref _offReason, reason);

    private static void Bump(ref long counter) => Volatile.Write(ref counter, counter + 1);
}
