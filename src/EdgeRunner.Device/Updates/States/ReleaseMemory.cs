namespace EdgeRunner.Device.Updates.States;

/// <summary>Content of <c>updates/models/MODEL/releases.json</c>: what must not be forgotten with a damaged state, or a revoked version would run again.</summary>
/// <param name="Format">Always 1.</param>
/// <param name="Model">Name of the model.</param>
/// <param name="Known"><see cref="UpdateRecord.Known"/>.</param>
internal sealed record ReleaseMemory(int Format, string Model, IReadOnlyList<KnownRelease> Known)
{
    /// <summary><see cref="UpdateRecord.MinRelease"/>.</summary>
    public long? MinRelease { get; init; }

    /// <summary>What of a state is to be remembered.</summary>
    public static ReleaseMemory Of(UpdateRecord record) => new(1, record.Model, record.Known) { MinRelease = record.MinRelease };

    /// <summary>True when it is of this model and was written by this program, as far as one can tell.</summary>
    public bool IsValid(string model) => Format == 1 && string.Equals(Model, model, StringComparison.Ordinal) && Known is not null && Known.All(release => release is not null);

    /// <summary>True when nothing else is in it.</summary>
    public bool IsSame(ReleaseMemory other) => MinRelease == other.MinRelease && Known.SequenceEqual(other.Known);
}
