using EdgeRunner.Messaging.Payloads;

namespace EdgeRunner.Device.Updates;

/// <summary>Updates as <c>edgerunner status</c> and <c>edgerunner update status</c> show them.</summary>
/// <param name="Group">The group whose desired state the device follows.</param>
/// <param name="Models">One entry for each model that updates know of, by name.</param>
internal sealed record UpdateStatus(string Group, IReadOnlyList<UpdateReport> Models)
{
    /// <summary>When the last check ended, by the device's clock; null when none has.</summary>
    public DateTimeOffset? LastCheck { get; init; }

    /// <summary>When a check was answered last; null when none was since the daemon started.</summary>
    public DateTimeOffset? LastAnswered { get; init; }

    /// <summary>True while a check is under way.</summary>
    public bool IsChecking { get; init; }

    /// <summary>What a person should know of a check that was answered: that the group is unknown, say. Null when there is nothing.</summary>
    public string? Notice { get; init; }

    /// <summary>Why the last check failed; null when it did not.</summary>
    public string? Problem { get; init; }

    /// <summary>Stable code of <see cref="Problem"/>.</summary>
    public string? ProblemCode { get; init; }

    /// <summary>Seconds until the next check; null while one runs.</summary>
    public double? NextCheckSeconds { get; init; }
}
