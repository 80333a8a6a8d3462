using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using EdgeRunner.Messaging.Topics;

namespace EdgeRunner.Messaging.Rollouts;

/// <summary>Reads and writes <c>rollout/GROUP.json</c>. What it reads is signed, and checked all the same: a field out of range must be found before a device acts on it.</summary>
public static class RolloutDocument
{
    /// <summary>Most models of one group.</summary>
    public const int MaxModels = 256;

    /// <summary>Longest version and longest seed, in characters.</summary>
    public const int MaxTextLength = 64;

    /// <summary>Reads a document.</summary>
    /// <param name="bytes">The whole target.</param>
    /// <param name="group">The group that it was fetched for.</param>
    /// <exception cref="FormatException">It is not such a document; the message says which member, its value and what would be right.</exception>
    public static DesiredState Parse(ReadOnlySpan<byte> bytes, string group)
    {
        if (bytes.Length > DesiredState.MaxBytes)
        {
            throw new FormatException($"it has {bytes.Length} bytes; at most {DesiredState.MaxBytes} are accepted");
        }
        DesiredState? state;
        try
        {
            state = JsonSerializer.Deserialize(bytes, RolloutJsonContext.Default.DesiredState);
        }
        catch (JsonException e)
        {
            throw new FormatException($"it is no such JSON: {e.Message}", e);
        }
        if (state is null)
        {
            throw new FormatException("it is null; an object is expected");
        }
        return FindProblem(state, group) is { } problem ? throw new FormatException(problem) : state;
    }

    /// <summary>Writes a document that <see cref="Parse"/> accepts.</summary>
    /// <exception cref="FormatException">It would not be accepted.</exception>
    public static byte[] ToBytes(DesiredState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (FindProblem(state, state.Group) is { } problem)
        {
            throw new FormatException(problem);
        }
        byte[] bytes = [.. JsonSerializer.SerializeToUtf8Bytes(state, RolloutJsonContext.Default.DesiredState), (byte)'\n'];
        return bytes.Length <= DesiredState.MaxBytes ? bytes : throw new FormatException($"it would have {bytes.Length} bytes; at most {DesiredState.MaxBytes} are accepted");
    }

    private static string? FindProblem(DesiredState state, string group)
    {
        if (state.Format != DesiredState.CurrentFormat)
        {
            return $"format is {state.Format}; this program knows {DesiredState.CurrentFormat}";
        }
        if (!EdgeTopics.IsValidName(state.Group) || !string.Equals(state.Group, group, StringComparison.Ordinal))
        {
            return $"group is \"{Clean(state.Group)}\"; \"{group}\" is expected";
        }
        if (state.Models.Count > MaxModels)
        {
            return $"models has {state.Models.Count} entries; at most {MaxModels} are accepted";
        }
        foreach (var (name, model) in state.Models)
        {
            if (!EdgeTopics.IsValidName(name))
            {
                return $"models has \"{Clean(name)}\", which is no name of a model";
            }
            if ((model is null ? "is null" : FindProblem(model)) is { } problem)
            {
                return $"models.{name}{(model is null ? " " : ".")}{problem}";
            }
        }
        return null;
    }

    private static string? FindProblem(DesiredModel model) =>
        TextProblem("version", model.Version, canBeEmpty: false)
        ?? NumberProblem("release", model.Release, 1, long.MaxValue)
        ?? TextProblem("seed", model.Seed, canBeEmpty: true)
        ?? NumberProblem("percentHundredths", model.PercentHundredths, 0, DesiredModel.AllDevices)
        ?? NumberProblem("stage", model.Stage, 0, int.MaxValue)
        ?? (model.Stable is not { } stable ? null : TextProblem("stable.version", stable.Version, canBeEmpty: false) ?? NumberProblem("stable.release", stable.Release, 1, long.MaxValue))
        ?? (model.Trial is not { } trial ? null : FindProblem(trial));

    private static string? FindProblem(TrialLimits trial) =>
        NumberProblem("trial.windows", trial.Windows, 1, 1_000_000_000)
        ?? NumberProblem("trial.minutes", trial.Minutes, 0, 10_080)
        ?? NumberProblem("trial.maxErrorRate", trial.MaxErrorRate, 0, 1)
        ?? NumberProblem("trial.maxLatencyRatio", trial.MaxLatencyRatio, 1, 1_000)
        ?? NumberProblem("trial.maxDrift", trial.MaxDrift, 0, 100)
        ?? NumberProblem("trial.shadowWindows", trial.ShadowWindows, 0, 1_000_000_000);

    private static string? NumberProblem(string member, long? value, long min, long max) => value is null || (value >= min && value <= max) ? null
        : string.Create(CultureInfo.InvariantCulture, $"{member} is {value}; {min} to {max} are accepted");

    private static string? NumberProblem(string member, double? value, double min, double max) => value is null || (value >= min && value <= max) ? null
        : string.Create(CultureInfo.InvariantCulture, $"{member} is {value}; {min} to {max} are accepted");

    private static string? TextProblem(string member, [NotNull] string? text, bool canBeEmpty)
    {
        text ??= "";
        if ((text.Length == 0 && !canBeEmpty) || text.Length > MaxTextLength)
        {
            return $"{member} has {text.Length} characters; {(canBeEmpty ? 0 : 1)} to {MaxTextLength} are accepted";
        }
        return text.Any(c => char.IsControl(c) || char.IsSurrogate(c)) ? $"{member} is \"{Clean(text)}\", which has characters that cannot be shown" : null;
    }

    private static string Clean(string? text) => string.Concat((text ?? "").Take(MaxTextLength).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
}
