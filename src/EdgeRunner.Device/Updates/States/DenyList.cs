namespace EdgeRunner.Device.Updates.States;

/// <summary>Releases that were refused here, by digest: none is tried again until the desired state names another digest or a person asks. Thread-safe.</summary>
/// <param name="store">Where the file is.</param>
/// <param name="say">Told when a damaged file was set aside.</param>
internal sealed class DenyList(UpdateStore store, Action<string> say)
{
    /// <summary>Most entries; past it the oldest goes.</summary>
    public const int MaxEntries = 256;

    private readonly Lock _gate = new();
    private readonly DurableJson<DenyListFile> _file = new(
        Path.Combine(store.Root, "deny.json"), UpdateJsonContext.Default.DenyListFile, file => file.Format == 1 && file.Denied.All(entry => entry is not null), say, store.SetsAside);

    private IReadOnlyList<DeniedRelease>? _entries;

    /// <summary>All entries, oldest first.</summary>
    public IReadOnlyList<DeniedRelease> List()
    {
        lock (_gate) return _entries ??= _file.Read()?.Denied ?? [];
    }

    /// <summary>The entry of a digest; null when it may be tried.</summary>
    public DeniedRelease? Find(string sha256) => List().LastOrDefault(entry => string.Equals(entry.Sha256, sha256, StringComparison.Ordinal));

    /// <summary>Adds an entry; one that is there for the same digest keeps its words.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not.</exception>
    public void Add(DeniedRelease entry)
    {
        lock (_gate)
        {
            var entries = List();
            if (entries.Any(other => string.Equals(other.Sha256, entry.Sha256, StringComparison.Ordinal))) return;
            Write([.. entries.Skip(entries.Count >= MaxEntries ? 1 : 0), entry]);
        }
    }

    /// <summary>Lets the releases of a model be tried again.</summary>
    /// <param name="model">The model.</param>
    /// <param name="version">One version; null for all.</param>
    /// <returns>What was taken off.</returns>
    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not.</exception>
    public IReadOnlyList<DeniedRelease> Clear(string model, string? version = null)
    {
        lock (_gate)
        {
            var cleared = List().Where(entry => string.Equals(entry.Model, model, StringComparison.Ordinal)
                && (version is null || string.Equals(entry.Version, version, StringComparison.Ordinal))).ToList();
            if (cleared.Count > 0) Write([.. List().Except(cleared)]);
            return cleared;
        }
    }

    private void Write(IReadOnlyList<DeniedRelease> entries)
    {
        _file.Write(new DenyListFile(1, entries));
        _entries = entries;
    }
}
