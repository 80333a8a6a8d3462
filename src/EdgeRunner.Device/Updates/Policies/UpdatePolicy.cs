using System.Globalization;
using EdgeRunner.Messaging.Rollouts;

namespace EdgeRunner.Device.Updates.Policies;

/// <summary>From the signed desired state to what this device does.</summary>
internal static class UpdatePolicy
{
    /// <summary>Decides about one model.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="desired">What the group is to run of it.</param>
    /// <param name="deviceId">This device.</param>
    /// <param name="hasBegun">It runs the desired version already, or has begun to take it, or has refused it.</param>
    /// <param name="pin">Version that a person has fixed here; null when none is.</param>
    /// <param name="now">The time, UTC; null while nobody has set the clock.</param>
    public static UpdateGoal Decide(string model, DesiredModel desired, string deviceId, bool hasBegun, string? pin, DateTimeOffset? now)
    {
        if (pin is not null)
            return new UpdateGoal(model, UpdateGoalKind.Keep, pin, 0, string.Equals(pin, desired.Version, StringComparison.Ordinal) ? $"pinned to {pin} by hand" : $"pinned to {pin} by hand; the group wants {desired.Version}");
        var takesPart = Participation.Includes(deviceId, desired);
        // Before all that moves something: a question must not, whatever runs or has begun.
        if (desired.DryRun) return Ask(model, desired, takesPart);
        if (!takesPart)
            return Stable(model, desired, $"{desired.Version} is for {Percent(desired)} %, and this device is not among them")
                ?? new UpdateGoal(model, UpdateGoalKind.Keep, desired.Version, desired.Release, $"not among the {Percent(desired)} % that take {desired.Version}");
        if (hasBegun) return Take(model, desired.Version, desired.Release);
        if (desired.Paused)
        {
            var paused = $"the rollout of {desired.Version} is paused";
            return Stable(model, desired, paused) ?? new UpdateGoal(model, UpdateGoalKind.Wait, desired.Version, desired.Release, paused);
        }

        if (desired.NotBefore is not { } notBefore || now >= notBefore) return Take(model, desired.Version, desired.Release);
        var moment = $"{desired.Version} comes not before {notBefore.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)}{(now is null ? ", and nobody has set this device's clock yet" : "")}";
        return (Stable(model, desired, moment) ?? new UpdateGoal(model, UpdateGoalKind.Wait, desired.Version, desired.Release, moment)) with { Until = notBefore };
    }

    private static UpdateGoal Ask(string model, DesiredModel desired, bool takesPart) => takesPart
        ? new UpdateGoal(model, UpdateGoalKind.DryRun, desired.Version, desired.Release, $"the group asks whether {desired.Version} could be taken") { Holds = true }
        : new UpdateGoal(model, UpdateGoalKind.Keep, desired.Version, desired.Release, $"the group asks {Percent(desired)} % whether {desired.Version} could be taken, and this device is not among them") { Holds = true };

    // Who does not take part, or not yet, runs what ran before the rollout: also a device that was away then, and one that took part until the part was made smaller.
    private static UpdateGoal? Stable(string model, DesiredModel desired, string aside) => desired.Stable is { } stable
        ? Take(model, stable.Version, stable.Release) with { Words = $"{aside}: the group wants {stable.Version} meanwhile", Aside = aside }
        : null;

    private static UpdateGoal Take(string model, string version, long release) => new(model, UpdateGoalKind.Take, version, release, $"the group wants {version}");

    private static string Percent(DesiredModel desired) => (desired.PercentHundredths / 100.0).ToString("0.##", CultureInfo.InvariantCulture);
}
