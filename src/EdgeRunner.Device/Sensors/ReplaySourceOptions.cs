using EdgeRunner.Device.Configuration;

namespace EdgeRunner.Device.Sensors;

/// <summary>Plays a recording: WAV, raw samples, CSV, NDJSON or NPY.</summary>
internal sealed record ReplaySourceOptions : SampleFormatOptions, ICheckedSection
{
    /// <summary>The recording.</summary>
    public string? File { get; set; }

    /// <summary>How fast it is played. Real-time needs a sample rate.</summary>
    public ReplayPace Pace { get; set; } = ReplayPace.RealTime;

    /// <summary>Begins again at its end; each new beginning is a gap.</summary>
    public bool Loop { get; set; }

    /// <inheritdoc/>
    internal override bool KnowsItsRate => EffectiveFormat == SampleFormat.Wav;

    /// <summary>The format that is configured, else that of the file name's extension; null when neither says.</summary>
    internal SampleFormat? EffectiveFormat => Format ?? Path.GetExtension(File)?.ToLowerInvariant() switch
    {
        ".wav" or ".wave" => SampleFormat.Wav,
        ".raw" or ".pcm" or ".bin" => SampleFormat.Raw,
        ".csv" or ".tsv" or ".txt" => SampleFormat.Csv,
        ".ndjson" or ".jsonl" => SampleFormat.Ndjson,
        ".npy" => SampleFormat.Npy,
        _ => null,
    };

    /// <inheritdoc/>
    public void Check(SectionCheck check)
    {
        File = check.FullPath(nameof(File), File);
        check.Required(nameof(File), File, "the path of a recording");
        CheckFormat(check, EffectiveFormat);
        if (File is not null && EffectiveFormat is null)
            check.Required(nameof(Format), Format, $"one of {string.Join(", ", ConfigurationWords.Of(typeof(SampleFormat)))}, because the extension of the file does not tell");
        if (File is not null && Pace == ReplayPace.RealTime && SampleRateHz == 0 && !KnowsItsRate)
            check.Error(nameof(SampleRateHz), "is missing; pace real-time needs it");
    }
}
