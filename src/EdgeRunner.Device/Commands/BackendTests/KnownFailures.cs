namespace EdgeRunner.Device.Commands.BackendTests;

/// <summary>Cases that are known to fail, each with its reason: one a line, <c>NAME  reason</c>; <c>#</c> begins a comment.</summary>
internal sealed class KnownFailures
{
    private readonly Dictionary<string, string> _reasons = new(StringComparer.Ordinal);

    /// <summary>Reads a list; null is the empty one.</summary>
    /// <exception cref="FormatException">A line has no reason, or a name stands twice.</exception>
    public static KnownFailures Read(string? path)
    {
        var known = new KnownFailures();
        var number = 0;
        foreach (var line in path is null ? [] : File.ReadLines(path))
        {
            number++;
            var text = line.Split('#', 2)[0].Trim();
            if (text.Length == 0) continue;
            var parts = text.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length < 2) throw new FormatException($"{path}:{number}: {parts[0]} has no reason; expected NAME, white space, reason");
            if (!known._reasons.TryAdd(parts[0], parts[1].Trim())) throw new FormatException($"{path}:{number}: {parts[0]} stands there twice");
        }

        return known;
    }

    /// <summary>Why the case fails; null when it must pass.</summary>
    public string? ReasonFor(string name) => _reasons.GetValueOrDefault(name);
}
