using System.Text.Json.Serialization;

namespace EdgeRunner.Messaging.Rollouts;

/// <summary>What one group of devices is to run of one model.</summary>
/// <param name="Version">Version that is rolled out, for people.</param>
/// <param name="Release">Its release number: the order that counts. Must be the one that the model's own target states.</param>
/// <param name="Seed">Text that decides which devices take part; a new one draws anew.</param>
/// <param name="PercentHundredths">Part of the group in hundredths of a percent, 0 to 10 000; 10 000 = all.</param>
public sealed record DesiredModel(string Version, long Release, string Seed, int PercentHundredths)
{
    /// <summary>Not before this moment, UTC; null = at once. A device whose clock nobody has set waits.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>What devices run that do not take part: the version before; null = what they have.</summary>
    public StableModel? Stable { get; init; }

    /// <summary>Limits of the trial; null = those of the device's configuration.</summary>
    public TrialLimits? Trial { get; init; }

    /// <summary>True: devices only tell whether they could take it (report, <c>dryRun</c>).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool DryRun { get; init; }

    /// <summary>True: nobody begins who has not begun yet.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Paused { get; init; }

    /// <summary>Stage of a staged rollout, counted from 0; set by what drives one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Stage { get; init; }

    /// <summary>All of the group, in <see cref="PercentHundredths"/>.</summary>
    public const int AllDevices = 10_000;
}
