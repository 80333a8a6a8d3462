using System.Text.Json.Serialization;

namespace EdgeRunner.ModelMutants;

/// <summary>A whole run.</summary>
internal sealed record MutationSummary(
    int Seed, int Mutants, double Seconds, double MeanMilliseconds, double SlowestMilliseconds, int WithoutReason, IReadOnlyDictionary<string, int> Reasons,
    IReadOnlyDictionary<string, int> Signals, IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> ReasonsByMutation, IReadOnlyList<MutantResult> Noteworthy)
{
    internal static MutationSummary Of(int seed, IReadOnlyList<MutantResult> results, TimeSpan elapsed) => new(
        seed, results.Count, Math.Round(elapsed.TotalSeconds, 1), Math.Round(results.Average(result => result.ElapsedMilliseconds), 1), results.Max(result => result.ElapsedMilliseconds),
        results.Count(result => !result.HasReason), Count(results, result => result.Reason),
        Count(results.Where(result => result.Signal is not null), result => $"signal {result.Signal}"),
        results.GroupBy(result => result.Mutation, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => (IReadOnlyDictionary<string, int>)Count(group, result => result.Reason), StringComparer.Ordinal),
        // Those that would have cost a daemon something, and those that the probe does not understand.
        [.. results.Where(result => !result.HasReason || result.Signal is not null || result.Reason is "memory-exceeded" or "timed-out" or "cpu-exceeded").Take(200)]);

    private static Dictionary<string, int> Count(IEnumerable<MutantResult> results, Func<MutantResult, string> key) =>
        results.GroupBy(key, StringComparer.Ordinal).OrderByDescending(group => group.Count()).ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(MutationSummary))]
internal sealed partial class MutationJsonContext : JsonSerializerContext;
