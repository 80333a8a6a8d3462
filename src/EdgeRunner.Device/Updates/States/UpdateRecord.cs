using System.Text.Json.Serialization;
using EdgeRunner.Messaging.Rollouts;

namespace EdgeRunner.Device.Updates.States;

/// <summary>Where the update of one model is: all that has to survive a power cut, in one file, so that no two parts of it can contradict each other.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Phase">The step that is under way, or how the last one ended.</param>
internal sealed record UpdateRecord(string Model, UpdatePhase Phase)
{
    /// <summary>The format this program writes and reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Most times that the state of one release is written. What still goes around then is broken off (Mender's loop breaker).</summary>
    public const int MaxWrites = 28;

    /// <summary>Releases that are remembered: twice as many as can be kept.</summary>
    private const int MaxKnown = 32;

    /// <summary>Always <see cref="CurrentFormat"/>; another number is set aside like a damaged file.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>The release that the update is about; null when there was none yet.</summary>
    public KnownRelease? Target { get; init; }

    /// <summary>The version that served when the update began, and to which it returns; null when none did.</summary>
    public string? From { get; init; }

    /// <summary>Limits of the trial as the rollout stated them; null leaves them to the configuration.</summary>
    public TrialLimits? Trial { get; init; }

    /// <summary>Peak memory that the probe has measured, in bytes; null before it ran.</summary>
    public long? PeakBytes { get; init; }

    /// <summary>Stable code of what went wrong, one of <see cref="UpdateReasons"/> or of a probe; null while all is well.</summary>
    public string? ReasonCode { get; init; }

    /// <summary>The same in plain words.</summary>
    public string? Reason { get; init; }

    /// <summary>What was seen that is no fault: the numbers of the trial.</summary>
    public string? Seen { get; init; }

    /// <summary>How often the state was written for <see cref="Target"/>.</summary>
    public int Writes { get; init; }

    /// <summary>How often a step after the download failed in a way that may pass, as far as it was written down: the same trouble twice in a row is not.</summary>
    public int Attempts { get; init; }

    /// <summary>Boot in which the trial runs.</summary>
    public string? BootId { get; init; }

    /// <summary>Trials that a power cut has ended.</summary>
    public int Interruptions { get; init; }

    /// <summary>True when the daemon was stopped in order during the trial.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool CleanStop { get; init; }

    /// <summary>True when the digest is not to be tried again by itself: it is on the deny list, or about to be.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Denies { get; init; }

    /// <summary>How often the disk has spoiled a copy of <see cref="Target"/> after it was put into the store, over all rounds of the update; <see cref="SpoiledCopies"/> goes by it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Spoiled { get; init; }

    /// <summary>When it did so last, by the device's clock.</summary>
    public DateTimeOffset? SpoiledAt { get; init; }

    /// <summary>True when the committed version was spoiled and set aside since, and is counted in <see cref="Spoiled"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsLost { get; init; }

    /// <summary>When the phase began, by the device's clock.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The highest <c>min_release</c> that signed metadata has ever stated for the model: no lower release runs here again.</summary>
    public long? MinRelease { get; init; }

    /// <summary>Releases whose bundles updates have put into the store, oldest first.</summary>
    public IReadOnlyList<KnownRelease> Known { get; init; } = [];

    /// <summary>True when nothing is under way.</summary>
    [JsonIgnore]
    public bool IsAtRest => Phase is UpdatePhase.Idle or UpdatePhase.Committed or UpdatePhase.Rejected;

    /// <summary>Name and version, for messages.</summary>
    [JsonIgnore]
    public string Title => Target is null ? Model : $"{Model} {Target.Version}";

    /// <summary>The same with a release that the store has now; at most <see cref="MaxKnown"/> are remembered.</summary>
    public UpdateRecord Know(KnownRelease release) => this with
    {
        Known = [.. Known.Where(other => !string.Equals(other.Version, release.Version, StringComparison.Ordinal)).Append(release).TakeLast(MaxKnown)],
    };

    /// <summary>What is known of an installed version; null when updates did not bring it.</summary>
    public KnownRelease? Find(string? version) => Known.LastOrDefault(release => string.Equals(release.Version, version, StringComparison.Ordinal));

    /// <summary>True when signed metadata forbids the version. What a person has installed has no release number, and nothing is said of it.</summary>
    public bool IsRevoked(string? version) => Find(version) is { } known && known.Number < MinRelease;
}
