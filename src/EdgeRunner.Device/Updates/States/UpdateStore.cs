using EdgeRunner.Device.Configuration;

namespace EdgeRunner.Device.Updates.States;

/// <summary>The states of all models' updates.</summary>
/// <remarks>
/// Below the state directory:
/// <code>
/// updates/models/MODEL/state.json      UpdateRecord
/// updates/models/MODEL/releases.json   ReleaseMemory: a copy of what must not be lost with a damaged state
/// updates/models/MODEL/history.jsonl   UpdateHistory
/// updates/deny.json                    DenyList
/// updates/pins.json                    Pins
/// </code>
/// A state is durable before the step begins that it names. Written by the daemon alone; reading needs no lock.
/// </remarks>
/// <param name="stateDirectory">The device's state directory.</param>
/// <param name="timeProvider">Dates the phases.</param>
/// <param name="say">Told in plain words when a damaged file was set aside.</param>
/// <param name="setsAside">False for who only looks: damaged files stay where they are.</param>
internal sealed class UpdateStore(string stateDirectory, TimeProvider timeProvider, Action<string> say, bool setsAside = true)
{
    /// <summary>See the constructor; the lists beside the states go by it as well.</summary>
    public bool SetsAside { get; } = setsAside;

    /// <summary>Tells of damage.</summary>
    public void Say(string words) => say(words);

    /// <summary>Told of each state after it is durable.</summary>
    public Action<UpdateRecord>? Written { get; set; }

    /// <summary>Where everything about updates is.</summary>
    public string Root { get; } = RootIn(stateDirectory);

    /// <summary>The directory of updates below a state directory.</summary>
    public static string RootIn(string stateDirectory) => Path.Combine(stateDirectory, "updates");

    /// <summary>The directory of one model.</summary>
    public string DirectoryOf(string model) => Path.Combine(Root, "models", model);

    /// <summary>Where an encrypted release lies decrypted before it is in the model store.</summary>
    public string PlainFile(string model) => Path.Combine(DirectoryOf(model), "plain.ermodel");

    /// <summary>Models that have a state, by name.</summary>
    public IReadOnlyList<string> Models()
    {
        try
        {
            return [.. Directory.GetDirectories(Path.Combine(Root, "models")).Select(path => Path.GetFileName(path)!).Where(SectionCheck.IsName).Order(StringComparer.Ordinal)];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    /// <summary>The state of a model; idle when it has none, or when the file was damaged: then only its releases are still known, from their copy.</summary>
    public UpdateRecord Read(string model)
    {
        if (FileOf(model).Read() is { } record) return record;
        var idle = new UpdateRecord(model, UpdatePhase.Idle);
        return MemoryOf(model).Read() is { } memory ? idle with { MinRelease = memory.MinRelease, Known = memory.Known } : idle;
    }

    /// <summary>Makes a state durable and counts it.</summary>
    /// <param name="record">The state.</param>
    /// <param name="counts">False when it says nothing of the release, such as a new <see cref="UpdateRecord.MinRelease"/>.</param>
    /// <returns>What was written: with the count and, when the phase has changed, the time.</returns>
    /// <exception cref="IOException">It could not be written; the state before holds.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not.</exception>
    public UpdateRecord Write(UpdateRecord record, bool counts = true)
    {
        var before = Read(record.Model);
        var isNewPhase = before.Phase != record.Phase || !string.Equals(before.Target?.Sha256, record.Target?.Sha256, StringComparison.Ordinal);
        var written = record with { Writes = record.Writes + (counts ? 1 : 0), Since = isNewPhase || before.Since is null ? timeProvider.GetUtcNow() : before.Since };
        Remember(before, written);
        FileOf(record.Model).Write(written);
        Written?.Invoke(written);
        return written;
    }

    /// <summary>The same after the disk has spoiled a copy of its release once more. Nothing is written.</summary>
    public UpdateRecord CountSpoiled(UpdateRecord record) => record with { Spoiled = record.Spoiled + 1, SpoiledAt = timeProvider.GetUtcNow() };

    // Before the state, and seldom: once for a release, and for a new limit.
    private void Remember(UpdateRecord before, UpdateRecord written)
    {
        var memory = ReleaseMemory.Of(written);
        if (memory is { MinRelease: null, Known.Count: 0 } || (memory.IsSame(ReleaseMemory.Of(before)) && File.Exists(MemoryPath(written.Model)))) return;
        MemoryOf(written.Model).Write(memory);
    }

    private string MemoryPath(string model) => Path.Combine(DirectoryOf(model), "releases.json");

    private DurableJson<ReleaseMemory> MemoryOf(string model) =>
        new(MemoryPath(model), UpdateJsonContext.Default.ReleaseMemory, memory => memory.IsValid(model), say, SetsAside);

    private DurableJson<UpdateRecord> FileOf(string model)
    {
        if (!SectionCheck.IsName(model)) throw new ArgumentException($"\"{model}\" cannot be the name of a model", nameof(model));
        return new DurableJson<UpdateRecord>(
            Path.Combine(DirectoryOf(model), "state.json"), UpdateJsonContext.Default.UpdateRecord,
            record => record.Format == UpdateRecord.CurrentFormat && string.Equals(record.Model, model, StringComparison.Ordinal)
                && record.Known is not null && record.Known.All(release => release is not null), say, SetsAside); // The reader leaves a list that is missing null.
    }
}
