using EdgeRunner.Device.Decisions;
using EdgeRunner.Device.Guards;
using EdgeRunner.Device.Sensors;
using EdgeRunner.Device.Windows;

namespace EdgeRunner.Device.Configuration;

/// <summary>One pipeline: sensor, window, model, decision, telemetry.</summary>
internal sealed record PipelineOptions : ICheckedSection
{
    /// <summary>False keeps the section but does not run it.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Where samples come from.</summary>
    public SourceOptions? Source { get; set; }

    /// <summary>How samples become model input.</summary>
    public WindowOptions? Window { get; set; }

    /// <summary>What runs.</summary>
    public ModelReferenceOptions? Model { get; set; }

    /// <summary>How outputs become a decision; null (default) records the outputs only.</summary>
    public DecisionOptions? Decision { get; set; }

    /// <summary>What the model may do wrong before it is turned off.</summary>
    public GuardOptions Guard { get; set; } = new();

    /// <summary>What is recorded.</summary>
    public PipelineTelemetryOptions Telemetry { get; set; } = new();

    /// <summary>What gives way when the pipeline falls behind a live source.</summary>
    public OverloadMode Overload { get; set; } = OverloadMode.NewestWins;

    /// <summary>How far the pipeline may fall behind before <c>overload</c> acts, in milliseconds of samples. Absorbs hiccups: a swap, a
    /// slow disk. Sources without a sample rate count windows instead: two.</summary>
    public int MaxLagMs { get; set; } = 500;

    /// <summary>Time from a complete window to its decision past which the window is counted as late, in milliseconds; 0 (default) = none.</summary>
    public double DeadlineMs { get; set; }

    /// <summary>Where and how urgently the pipeline's thread runs.</summary>
    public PipelineThreadOptions Thread { get; set; } = new();

    /// <inheritdoc/>
    public void Check(SectionCheck check)
    {
        if (check.Name.Length > 0 && !SectionCheck.IsName(check.Name))
            check.SectionError($"\"{check.Name}\" is not allowed as the name of a pipeline; expected 1 to 64 of A-Z a-z 0-9 . _ -");
        if (Telemetry.Stream is null && PipelineTelemetryOptions.IsReserved(check.Name))
            check.SectionError($"\"{check.Name}\" is not allowed as the name of a pipeline; the daemon's own records use it");
        check.Required(nameof(Source), Source, "an object with \"kind\": replay or exec");
        check.Required(nameof(Window), Window, "an object with \"length\"");
        check.Required(nameof(Model), Model, "the name of an installed model, or an object with \"bundle\"");
        check.Range(nameof(MaxLagMs), MaxLagMs, 0, 60_000);
        check.Range(nameof(DeadlineMs), DeadlineMs, 0, 60_000);
        if (Window?.ResampleToHz is not null && Source is { SampleRateHz: 0, KnowsItsRate: false })
            check.Error(nameof(Source), "sampleRateHz is missing; window.resampleToHz needs it");
    }
}
