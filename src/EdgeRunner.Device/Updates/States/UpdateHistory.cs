using System.Text;
using System.Text.Json;

namespace EdgeRunner.Device.Updates.States;

/// <summary>What became of each model's updates: a file of JSON lines for each, oldest first, that a person can read too.</summary>
/// <remarks>A line is flushed to the disk when <see cref="Add"/> returns. A line that a power cut has torn is skipped, and ended by the next one. Past
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
            return [.. File.ReadLines(PathOf(model), Encoding.UTF8).Select(Parse).OfType<HistoryEntry>()];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Adds an entry, unless it is there already: a step that is done again after a power cut tells nothing twice.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not.</exception>
    public void Add(HistoryEntry entry)
    {
        lock (_gate)
        {
            var entries = Read(entry.Model);
            if (entries.Any(other => other.At == entry.At && string.Equals(other.Version, entry.Version, StringComparison.Ordinal) && string.Equals(other.Outcome, entry.Outcome, StringComparison.Ordinal))) return;
            if (entries.Count >= MaxEntries) DurableFile.Write(PathOf(entry.Model), Lines(entries.Skip(entries.Count - (MaxEntries / 2)).Append(entry)));
            else Append(PathOf(entry.Model), Lines([entry]));
        }
    }

    private static void Append(string path, byte[] line)
    {
        if (!File.Exists(path))
        {
            DurableFile.Write(path, line);
            return;
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        var isTorn = false;
        if (file.Length > 0)
        {
            file.Seek(-1, SeekOrigin.End);
            isTorn = file.ReadByte() != '\n';
        }

        file.Seek(0, SeekOrigin.End);
        file.Write(isTorn ? [(byte)'\n', .. line] : line);
        file.Flush(flushToDisk: true);
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
            return null; // Torn by a power cut.
        }
    }

    private string PathOf(string model) => Path.Combine(store.DirectoryOf(model), "history.jsonl");
}
