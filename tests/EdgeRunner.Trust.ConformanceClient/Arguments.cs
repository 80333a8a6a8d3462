namespace EdgeRunner.Trust.ConformanceClient;

/// <summary>The command line.</summary>
internal sealed record Arguments(string Command, string MetadataDirectory, string? MetadataUrl, IReadOnlyList<string> TargetNames, string? TargetDirectory,
    string? TargetBaseUrl, string? TrustedRoot)
{
    /// <exception cref="ArgumentException">It is not one of the three forms.</exception>
    internal static Arguments Parse(string[] args)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        var names = new List<string>();
        var words = new List<string>();
        for (var i = 0; i < args.Length; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
            {
                words.Add(args[i]);
            }
            else if (i + 1 == args.Length)
            {
                throw new ArgumentException($"{args[i]} needs a value", nameof(args));
            }
            else if (args[i] == "--target-name")
            {
                names.Add(args[++i]);
            }
            else
            {
                options[args[i]] = args[++i];
            }
        }
        string Need(string option) => options.GetValueOrDefault(option) ?? throw new ArgumentException($"{option} is missing", nameof(args));
        return words switch
        {
            ["init", var root] => new Arguments("init", Need("--metadata-dir"), null, [], null, null, root),
            ["refresh"] => new Arguments("refresh", Need("--metadata-dir"), Need("--metadata-url"), [], null, null, null),
            ["download"] => new Arguments("download", Need("--metadata-dir"), Need("--metadata-url"), names, Need("--target-dir"), Need("--target-base-url"), null),
            _ => throw new ArgumentException("expected init ROOT, refresh or download", nameof(args)),
        };
    }
}
