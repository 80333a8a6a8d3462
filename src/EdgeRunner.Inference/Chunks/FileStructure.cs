using EdgeRunner.Inference.Bundles;

namespace EdgeRunner.Inference.Chunks;

/// <summary>Finds the boundaries that a file has of its own: where the entries of a bundle begin and end, and the tensors of its ONNX files.</summary>
/// <remarks>They are hints for where to cut. A file that is no bundle, or lies about itself, has none or wrong ones: then it is cut elsewhere,
/// and more of it may have to be moved at the next version; nothing else depends on them.</remarks>
internal static class FileStructure
{
    /// <summary>Boundaries inside the file, rising, each <see cref="ChunkRule.MinBytes"/> or more after the one before it.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    internal static IReadOnlyList<long> Find(Stream file)
    {
        var all = new SortedDictionary<long, bool>();
        var entries = ReadEntries(file);
        foreach (var (name, (start, length)) in entries)
        {
            Add(all, start, length);
            if (name.EndsWith(".onnx", StringComparison.Ordinal))
            {
                AddTensors(all, file, entries, start, length);
            }
        }
        return Thin(all, file.Length);
    }

    /// <summary>A beginning wins over what lies shortly before it: the headers and biases between two large tensors then belong to the one that is over, and
    /// when they change, the first chunk of the next is the same.</summary>
    /// <param name="all">Places, and whether something begins there.</param>
    /// <param name="length">Of the file.</param>
    private static List<long> Thin(SortedDictionary<long, bool> all, long length)
    {
        var kept = new List<long>();
        foreach (var (one, begins) in all)
        {
            if (one == 0 || one >= length)
            {
                continue;
            }
            // The first piece may be short: it holds model.json, which is another one in every version.
            if (kept.Count == 0 ? begins || one >= ChunkRule.MinBytes : one - kept[^1] >= ChunkRule.MinBytes)
            {
                kept.Add(one);
            }
            else if (begins)
            {
                kept[^1] = one;
            }
        }
        return kept;
    }

    private static Dictionary<string, (long Start, long Length)> ReadEntries(Stream file)
    {
        var found = new Dictionary<string, (long, long)>(StringComparer.Ordinal);
        var length = file.Length;
        if (length < ZipFormat.EndBytes || length > ZipFormat.MaxValue)
        {
            return found;
        }
        try
        {
            var end = ZipDirectoryReader.ReadEnd(ReadAt(file, length - ZipFormat.EndBytes, ZipFormat.EndBytes), length, "", BundleLimits.Default);
            foreach (var entry in ZipDirectoryReader.ReadEntries(ReadAt(file, end.DirectoryOffset, end.DirectoryBytes), end, "", BundleLimits.Default))
            {
                found.Add(entry.Name, (entry.End - entry.SizeBytes, entry.SizeBytes));
            }
        }
        // No bundle, or one that a device would refuse for its form: it has no boundaries that we know.
        catch (Exception e) when (e is BundleException or EndOfStreamException)
        {
            found.Clear();
        }
        return found;
    }

    private static void AddTensors(SortedDictionary<long, bool> all, Stream file, Dictionary<string, (long Start, long Length)> entries, long start, long length)
    {
        OnnxTensorScan scan;
        try
        {
            scan = OnnxTensorScan.Run(file, start, length);
        }
        catch (FormatException)
        {
            return; // named .onnx and is none: cut by its content
        }
        foreach (var (from, bytes) in scan.Inside)
        {
            Add(all, from, bytes);
        }
        foreach (var (name, offset, bytes) in scan.Outside)
        {
            if (entries.TryGetValue(name, out var entry) && offset < entry.Length && (bytes ?? entry.Length - offset) is var count && count <= entry.Length - offset)
            {
                Add(all, entry.Start + offset, count);
            }
        }
    }

    private static void Add(SortedDictionary<long, bool> all, long start, long length)
    {
        if (length < ChunkRule.MinBytes)
        {
            return;
        }
        all[start] = true;
        all.TryAdd(start + length, false);
    }

    private static byte[] ReadAt(Stream file, long position, int bytes)
    {
        var buffer = new byte[bytes];
        file.Position = position;
        file.ReadExactly(buffer);
        return buffer;
    }
}
