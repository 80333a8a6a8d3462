using System.Text.Json.Serialization;

namespace EdgeRunner.Device.Probing;

/// <summary>One line of JSON from the child: what it does next, and what it has learned since the last line. Members that are null say nothing.</summary>
/// <param name="Stage">What begins now.</param>
internal sealed record ProbeMessage([property: JsonRequired] ProbeStage Stage)
{
    /// <summary>Name of the model.</summary>
    public string? Model { get; init; }

    /// <summary>Version of the model.</summary>
    public string? Version { get; init; }

    /// <summary>Digest of the bundle.</summary>
    public string? Sha256 { get; init; }

    /// <summary>The limits, once the bundle has said what it promises.</summary>
    public ProbeLimitsInForce? Limits { get; init; }

    /// <summary>Version of ONNX Runtime.</summary>
    public string? OnnxRuntime { get; init; }

    /// <summary>Execution provider.</summary>
    public string? Provider { get; init; }

    /// <summary>Resident size that is not the model's, in bytes.</summary>
    public long? BaselineBytes { get; init; }

    /// <summary>Address space mapped before the bundle was opened, in bytes.</summary>
    public long? BaselineAddressSpaceBytes { get; init; }

    /// <summary>Time of the load.</summary>
    public double? LoadMilliseconds { get; init; }

    /// <summary>Times of the runs.</summary>
    public ProbeLatency? Latency { get; init; }

    /// <summary>Memory at the end of the timed runs.</summary>
    public ProbeMemory? Memory { get; init; }

    /// <summary>Golden cases.</summary>
    public IReadOnlyList<ProbeGoldenCase>? Golden { get; init; }

    /// <summary>Further warnings.</summary>
    public IReadOnlyList<string>? Warnings { get; init; }

    /// <summary>The verdict; with it the child is done.</summary>
    public ProbeReason? Reason { get; init; }

    /// <summary>The verdict in words.</summary>
    public string? Detail { get; init; }
}
