using EdgeRunner.Device.Configuration;

namespace EdgeRunner.Device.Sensors;

/// <summary>Reads what a program writes to its standard output. No shell takes part.</summary>
internal sealed record ExecSourceOptions : SampleFormatOptions, ICheckedSection
{
    /// <summary>The program and its arguments. A name without a slash is looked up in PATH.</summary>
    public List<string> Command { get; set; } = [];

    /// <summary>Variables added to the daemon's own for this program.</summary>
    public Dictionary<string, string> Environment { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Where the program runs; null (default) = the daemon's working directory.</summary>
    public string? WorkingDirectory { get; set; }

    /// <summary>A program that prints nothing that makes a frame for this long is killed and started again, in milliseconds; 0 = never.</summary>
    public int SilenceTimeoutMs { get; set; } = 10_000;

    /// <summary>A program of which this many lines in a row, and none before, could be read is killed and started again.</summary>
    public int MaxBadLines { get; set; } = 100;

    /// <summary>When and after what wait the program is started again.</summary>
    public RestartOptions Restart { get; set; } = new();

    /// <inheritdoc/>
    internal override bool KnowsItsRate => false;

    /// <inheritdoc/>
    public void Check(SectionCheck check)
    {
        CheckFormat(check, Format);
        if (Command.Count == 0 || string.IsNullOrWhiteSpace(Command[0]))
            check.Required(nameof(Command), null, "a list with the program and its arguments");
        else if (Command.Exists(argument => argument.Contains('\0', StringComparison.Ordinal)))
            check.Error(nameof(Command), "a NUL character is not allowed in an argument");
        else if (Command[0].Contains('/', StringComparison.Ordinal) && check.FullPath(nameof(Command), Command[0]) is { } program)
            Command[0] = program;
        if (check.IsWrittenAsList(nameof(Command)) && Command.Count == 0)
            check.Error(nameof(Command), "an empty list is not allowed; expected the program and its arguments");
        WorkingDirectory = check.FullPath(nameof(WorkingDirectory), WorkingDirectory);
        check.Required(nameof(Format), Format, "one of raw, csv, ndjson");
        if (Format is SampleFormat.Wav or SampleFormat.Npy)
            check.Error(nameof(Format), $"{ConfigurationValue.Format(Format)} is not allowed; expected one of raw, csv, ndjson");
        if (Environment.Keys.Any(name => name.Length == 0 || name.AsSpan().ContainsAny('=', '\0')))
            check.Error(nameof(Environment), "a variable name must not be empty or have an equals sign");
        check.Range(nameof(SilenceTimeoutMs), SilenceTimeoutMs, 0, 86_400_000);
        check.Range(nameof(MaxBadLines), MaxBadLines, 1, 1_000_000);
    }
}
