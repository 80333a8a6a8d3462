using EdgeRunner.Messaging.Rollouts;

namespace EdgeRunner.Fleet.Rollouts;

/// <summary>What <c>rollout set</c> was told. Null: not said, so what stands for the same version stays.</summary>
internal sealed record RolloutRequest
{
    internal int? PercentHundredths { get; init; }

    internal DateTimeOffset? NotBefore { get; init; }

    internal string? Seed { get; init; }

    /// <summary>Those that were said.</summary>
    internal TrialLimits Trial { get; init; } = new();

    internal bool DryRun { get; init; }
}
