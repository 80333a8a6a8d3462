namespace EdgeRunner.Benchmarks;

/// <summary>The command line: a subcommand, then <c>--name value</c> pairs.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    internal Arguments(string[] words)
    {
        Command = words.Length > 0 ? words[0] : "";
        for (var i = 1; i < words.Length; i += 2)
        {
            if (!words[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == words.Length) throw new ArgumentException($"--name value is expected, not {words[i]}", nameof(words));
            _values[words[i][2..]] = words[i + 1];
        }
    }

    internal string Command { get; }

    internal string Text(string name) => _values.TryGetValue(name, out var value) ? value : throw new ArgumentException($"--{name} is missing", nameof(name));

    internal int Number(string name, int otherwise) =>
        _values.TryGetValue(name, out var value) ? int.Parse(value, System.Globalization.CultureInfo.InvariantCulture) : otherwise;
}
