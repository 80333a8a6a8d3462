using EdgeRunner.Device.Configuration;

namespace EdgeRunner.Device.Sensors;

/// <summary>How bytes become frames; shared by the sources that read bytes.</summary>
internal abstract record SampleFormatOptions : SourceOptions
{
    /// <summary>Form of the input.</summary>
    public SampleFormat? Format { get; set; }

    /// <summary>Type of raw samples; needed with format raw.</summary>
    public SampleType? SampleType { get; set; }

    /// <summary>Values per frame; null (default) = 1, or as many as <c>columns</c>, or as the file says.</summary>
    public int? Channels { get; set; }

    /// <summary>Raw and WAV integers become -1 to 1 (divided by half their range); false keeps the numbers as they are.</summary>
    public bool Normalize { get; set; } = true;

    /// <summary>Columns of a CSV by name or by number from 0, keys of NDJSON objects; null (default) = all columns, in order.</summary>
    public List<string>? Columns { get; set; }

    /// <summary>Between two fields of a CSV: one character, or <c>space</c> for runs of blanks and tabs.</summary>
    public string Separator { get; set; } = ",";

    /// <summary>Whether the first line of a CSV names its columns.</summary>
    public CsvHeader Header { get; set; } = CsvHeader.Auto;

    /// <summary>A line of a CSV that begins with this is skipped; empty = no comments.</summary>
    public string Comment { get; set; } = "#";

    /// <summary>The word in <c>separator</c> for runs of blanks and tabs.</summary>
    internal const string SpaceSeparator = "space";

    /// <summary>Declares the limits of the shared keys.</summary>
    protected void CheckFormat(SectionCheck check, SampleFormat? format)
    {
        check.Range(nameof(SampleRateHz), SampleRateHz, 0, 100_000_000);
        check.Range(nameof(Channels), Channels, 1, 1 << 24);
        if (format == Sensors.SampleFormat.Raw)
            check.Required(nameof(SampleType), SampleType, $"one of {string.Join(", ", ConfigurationWords.Of(typeof(SampleType)))}");
        if (Separator is not SpaceSeparator && (Separator.Length != 1 || Separator[0] is not ('\t' or (>= ' ' and <= '~')) || Separator[0] is '"' or '.' or '-' or '+'))
            check.Error(nameof(Separator), $"\"{Separator}\" is not allowed; expected one character such as , ; \\t or the word space");
        if (Comment.Length > 8)
            check.Error(nameof(Comment), $"\"{Comment}\" is not allowed; expected at most 8 characters");
        if (Columns is { Count: 0 } or { Count: > 4_096 })
            check.Error(nameof(Columns), $"{Columns.Count} columns are not allowed; expected 1 to 4096");
        else if (Columns?.Distinct(StringComparer.Ordinal).Count() < Columns?.Count)
            check.Error(nameof(Columns), "a column is given twice");
        if (Columns is not null && Channels is { } channels && channels != Columns.Count)
            check.Error(nameof(Channels), $"{channels} is not allowed; columns names {Columns.Count}");
    }
}
