using EdgeRunner.Device.Configuration;

namespace EdgeRunner.Device.Windows;

/// <summary>How samples become the input of a model.</summary>
internal sealed record WindowOptions : ICheckedSection
{
    /// <summary>Name of the model input that is filled; null (default) = the model's only input.</summary>
    public string? Input { get; set; }

    /// <summary>Frames in a window, after resampling.</summary>
    public int Length { get; set; }

    /// <summary>Frames from one window to the next; null (default) = <c>length</c>. Less overlaps, more leaves frames out.</summary>
    public int? Hop { get; set; }

    /// <summary>What the first window after a start or a gap is made of.</summary>
    public WindowPriming Prime { get; set; } = WindowPriming.Wait;

    /// <summary>Channels that are used, by number from 0, in this order; null (default) = all.</summary>
    public List<int>? Channels { get; set; }

    /// <summary>Order of the values when there is more than one channel.</summary>
    public WindowLayout Layout { get; set; } = WindowLayout.Interleaved;

    /// <summary>Rate the model wants, in hertz; null (default) = no resampling.</summary>
    public double? ResampleToHz { get; set; }

    /// <summary>Each value is multiplied by this...</summary>
    public double Scale { get; set; } = 1;

    /// <summary>...and then this is added.</summary>
    public double Offset { get; set; }

    /// <summary>Largest window, in values: 256 MiB of float32.</summary>
    internal const int MaxLength = 1 << 26;

    /// <inheritdoc/>
    public void Check(SectionCheck check)
    {
        check.Range(nameof(Length), Length, 1, MaxLength);
        check.Range(nameof(Hop), Hop, 1, MaxLength);
        check.Range(nameof(ResampleToHz), ResampleToHz, 0.001, 100_000_000);
        check.Range(nameof(Scale), Scale, -1e30, 1e30);
        check.Range(nameof(Offset), Offset, -1e30, 1e30);
        if (Prime == WindowPriming.Zeros && Hop > Length)
            check.Error(nameof(Prime), $"\"zeros\" is not allowed when hop ({Hop}) is more than length ({Length}); expected \"wait\"");
        if (Channels is { Count: 0 })
            check.Error(nameof(Channels), "an empty list is not allowed; expected at least one channel");
        else if (Channels?.FindIndex(channel => channel is < 0 or >= 1 << 24) is { } bad and >= 0)
            check.Error(nameof(Channels), $"{Channels[bad]} is not allowed; expected channel numbers from 0");
    }
}
