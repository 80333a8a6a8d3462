using System.Globalization;
using System.Text;
using EdgeRunner.Messaging.Rollouts;

namespace EdgeRunner.Fleet.Rollouts;

/// <summary>Rollouts in words.</summary>
internal static class RolloutText
{
    internal static string Format(RolloutReport report)
    {
        var text = new StringBuilder();
        foreach (var line in report.Done)
        {
            text.Append(line).Append('\n');
        }
        foreach (var line in report.Warnings)
        {
            text.Append("Warning: ").Append(line).Append(".\n");
        }
        if (report.Published.Count > 0)
        {
            text.Append("Published: ").AppendJoin(", ", report.Published).Append('\n');
        }
        return text.ToString();
    }

    /// <summary>A group with all its models, a line each, and what keeps devices from them.</summary>
    internal static string Format(ShownRollout rollout)
    {
        var text = new StringBuilder().Append($"{rollout.Group}\n");
        var models = rollout.Models.OrderBy(m => m.Key, StringComparer.Ordinal).ToArray();
        var (name, version) = (models.Select(m => m.Key.Length).DefaultIfEmpty().Max(), models.Select(m => m.Value.Version.Length).DefaultIfEmpty().Max());
        foreach (var (model, desired) in models)
        {
            text.Append($"  {model.PadRight(name)}  {desired.Version.PadRight(version)}  release {desired.Release,-3} {Conditions(desired)}\n");
        }
        if (models.Length == 0)
        {
            text.Append("  nothing is wanted of this group\n");
        }
        foreach (var problem in rollout.Problems)
        {
            text.Append($"  ! {problem}\n");
        }
        return text.ToString();
    }

    /// <summary>For whom and when.</summary>
    internal static string Conditions(DesiredModel model)
    {
        var parts = new List<string> { Share(model) };
        if (model.Stable is { } stable)
        {
            parts.Add($"the others {stable.Version}");
        }
        if (model.NotBefore is { } moment)
        {
            parts.Add($"not before {Moment(moment)}");
        }
        if (model.DryRun)
        {
            parts.Add("DRY RUN: devices only tell whether they could");
        }
        if (model.Paused)
        {
            parts.Add("PAUSED");
        }
        if (model.Trial is { } trial)
        {
            parts.Add("trial: " + Trial(trial));
        }
        return string.Join("; ", parts);
    }

    /// <summary>E.g. <c>12.5 %</c>.</summary>
    internal static string Percent(int hundredths) => string.Create(CultureInfo.InvariantCulture, $"{hundredths / 100m:0.##} %");

    internal static string Moment(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Share(DesiredModel model) => model.PercentHundredths switch
    {
        DesiredModel.AllDevices => "all devices",
        0 => "no device",
        var part => $"{Percent(part)} of the devices (seed {model.Seed})",
    };

    private static string Trial(TrialLimits trial)
    {
        var parts = new List<string>();
        Add(trial.Windows, v => $"{v} windows");
        Add(trial.Minutes, v => $"{v:0.##} min");
        Add(trial.MaxErrorRate, v => $"errors at most {v * 100:0.####} %");
        Add(trial.MaxLatencyRatio, v => $"p99 at most {v:0.##} times");
        Add(trial.MaxDrift, v => $"drift at most {v:0.###}");
        Add(trial.ShadowWindows, v => $"{v} shadow windows");
        return string.Join(", ", parts);

        void Add<T>(T? value, Func<T, FormattableString> words)
            where T : struct
        {
            if (value is { } known)
            {
                parts.Add(FormattableString.Invariant(words(known)));
            }
        }
    }
}
