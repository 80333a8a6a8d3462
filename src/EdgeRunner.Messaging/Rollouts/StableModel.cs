namespace EdgeRunner.Messaging.Rollouts;

/// <summary>A version that stays where a rollout does not go.</summary>
/// <param name="Version">For people.</param>
/// <param name="Release">Its release number.</param>
public sealed record StableModel(string Version, long Release);
