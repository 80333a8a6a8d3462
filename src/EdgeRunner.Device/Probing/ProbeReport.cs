using System.Text.Json.Serialization;

namespace EdgeRunner.Device.Probing;

/// <summary>What a probe found, format 1: what <c>edgerunner probe --json</c> prints. What was not reached is null.</summary>
internal sealed record ProbeReport
{
    /// <summary>Version of this record. A member may be added under the same number; none changes its meaning.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The bundle, as it was named.</summary>
    public required string File { get; init; }

    /// <summary>Why the model is accepted or refused.</summary>
    public required ProbeReason Reason { get; init; }

    /// <summary>Whether the model may be used.</summary>
    public bool Passed => Reason == ProbeReason.Ok;

    /// <summary>The reason in words, with the numbers.</summary>
    public required string Detail { get; init; }

    /// <summary>How far the probe came.</summary>
    public required ProbeStage Stage { get; init; }

    /// <summary>The signal that ended the child; null when none did or it was ours.</summary>
    public int? Signal { get; init; }

    /// <summary>True when the kernel killed the child because the device had no more memory: the model kept the limits that were set for it.</summary>
    [JsonIgnore]
    public bool IsOutOfDeviceMemory => this is { Reason: ProbeReason.MemoryExceeded, Signal: ProbeEnding.SigKill };

    /// <summary>Name of the model.</summary>
    public string? Model { get; init; }

    /// <summary>Its version.</summary>
    public string? Version { get; init; }

    /// <summary>Digest of the bundle that was probed: use no other bytes on the strength of this report.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Version of ONNX Runtime.</summary>
    public string? OnnxRuntime { get; init; }

    /// <summary>Execution provider that ran the model.</summary>
    public string? Provider { get; init; }

    /// <summary>Time of the load, in milliseconds, without that of ONNX Runtime itself.</summary>
    public double? LoadMilliseconds { get; init; }

    /// <summary>Times of the runs.</summary>
    public ProbeLatency? Latency { get; init; }

    /// <summary>Memory, as far as it was seen.</summary>
    public ProbeMemory? Memory { get; init; }

    /// <summary>Each golden case that was run.</summary>
    public IReadOnlyList<ProbeGoldenCase> Golden { get; init; } = [];

    /// <summary>The limits of this probe.</summary>
    public required ProbeLimitsInForce Limits { get; init; }

    /// <summary>Time of the whole probe, in milliseconds.</summary>
    public double ElapsedMilliseconds { get; init; }

    /// <summary>What is worth knowing and no reason to refuse, such as a protection this kernel does not have.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The last lines of the child's standard error, control characters replaced.</summary>
    public IReadOnlyList<string> StandardError { get; init; } = [];

    /// <summary>One line: <c>rejected, too-slow: …</c>.</summary>
    [JsonIgnore]
    public string Summary => $"{(Passed ? "accepted" : "rejected")}, {ReasonCode}: {Detail}";

    /// <summary>The stable word of <see cref="Reason"/>.</summary>
    [JsonIgnore]
    public string ReasonCode => ProbeWords.Code(Reason);
}
