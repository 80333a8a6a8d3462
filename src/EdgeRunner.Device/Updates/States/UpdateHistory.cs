using System.Text;
using System.Text.Json;
using EdgeRunner.Device.ModelStore;

namespace EdgeRunner.Device.Updates.States;

/// <summary>What became of each model's updates: a file of JSON lines for each, oldest first, that a person can read too.</summary>
/// <remarks>An entry is on the disk when <see cref="Add"/> returns. A line that is damaged is skipped, and goes with the next entry. Past
/// <see cref="MaxEntries"/> lines the older half goes.</remarks>
/// <param name="store">Where the models' directories are.</param>
internal sealed class UpdateHistory(UpdateStore store)
{
    /// <summary>Lines that are kept of one model; about 100 KB.</summary>
    public const int MaxEntries = 256;

    private readonly Lock _gate = new();

    /// <summary>The entries of a model, oldest first; empty when there is none. What cannot be read is left out.</summary>
    public IReadOnlyList<HistoryEntry> Read(string model)
    {
        try
        {
            return ReadAll(model, _ => { });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Adds an entry, unless it is there already: a step that is done again after a power cut tells nothing twice.</summary>
    /// <exception cref="IOException">It could not be written; what was there stays.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not.</exception>
    public void Add(HistoryEntry entry)
    {
        lock (_gate)
        {
            var entries = ReadAll(entry.Model, damaged => store.Say($"{damaged} damaged lines of {PathOf(entry.Model)} are left out")); // One that cannot be read now must not be replaced by a shorter one.
            if (entries.Any(other => other.At == entry.At && string.Equals(other.Version, entry.Version, StringComparison.Ordinal) && string.Equals(other.Outcome, entry.Outcome, StringComparison.Ordinal))) return;
            var kept = entries.Count >= MaxEntries ? entries.Skip(entries.Count - (MaxEntries / 2)) : entries;
            // Whole and renamed, not appended: updates are rare, and a write that fails in the middle harms nothing.
            DurableFile.Write(PathOf(entry.Model), Lines(kept.Append(entry)));
        }
    }

    private List<HistoryEntry> ReadAll(string model, Action<int> tellDamaged)
    {
        List<HistoryEntry?> lines = [];
        try
        {
            foreach (var line in File.ReadLines(PathOf(model), Encoding.UTF8)) lines.Add(Parse(line));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
        catch (IOException e) when (DiskDamage.IsIn(e))
        {
            lines.Add(null); // And what comes after it: else no update would ever end here again.
        }

        var entries = lines.OfType<HistoryEntry>().ToList();
        if (entries.Count < lines.Count) tellDamaged(lines.Count - entries.Count);
        return entries;
    }

    private static byte[] Lines(IEnumerable<HistoryEntry> entries) =>
        [.. entries.SelectMany(entry => (byte[])[.. JsonSerializer.SerializeToUtf8Bytes(entry, UpdateJsonContext.Default.HistoryEntry), (byte)'\n'])];

    private static HistoryEntry? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, UpdateJsonContext.Default.HistoryEntry);
        }
        catch (JsonException)
        {
            return null; // Damaged.
        }
    }

    private string PathOf(string model) => Path.Combine(store.DirectoryOf(model), "history.jsonl");
}
